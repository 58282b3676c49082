import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { long } from '../../harness/rounds.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { quantile } from '../../harness/quantile.ts';
import { until } from '../../harness/until.ts';

const readersEach = long ? 500 : 200;
const backlog = 1_000;
const windows = 3;
const probes = 40; // in each window
/** Below this a p99 is that of the machine's noise. */
const noiseMs = 20;
const bodyBytes = 2_000;
const frameBytesMax = 2_500;
/** What the hub may hold for a connection (64 KiB and a message), and what a replay shares. */
const bytesEachMax = 64 * 1024 + frameBytesMax;
const sharedBytesMax = 128 * 1024 * 1024;
/** What the kernel may hold for a connection: 16 KiB that are not sent, and the segment that passes this mark. */
const kernelBytesEachMax = (16 + 64) * 1024;

const fellBehind = 'tidings_fell_behind_total';
const replayed = 'tidings_replayed_total';

let hub: Hub;
let api: Api;
let sent = 0;
const good: Subscriber[] = [];
const stalled: Subscriber[] = [];

beforeAll(async () => {
  hub = await Hub.start({ store: { 'tail-bytes-max': '1MiB' } });
  api = new Api(hub.url, token('shop'));
  for (let i = 0; i < readersEach; i++) good.push(new Subscriber(hub.url, { name: `good ${i}`, token: token('alice') }));
  await Promise.all(good.map((reader) => reader.ready()));
});
afterAll(async () => {
  for (const reader of [...good, ...stalled]) reader.close();
  await hub?.kill();
});

const draft = () => {
  const key = `n${sent++}`;
  return { to: ['everyone'], title: key, body: 'x'.repeat(bodyBytes), data: { key } };
};

/** Publishes one at a time, each when every good reader has the one before; the p99 of the time to the last, the median of some windows. */
async function p99ToLastReader(windows: number): Promise<number> {
  const p99s: number[] = [];
  for (let window = 0; window < windows; window++) {
    const times: number[] = [];
    for (let i = 0; i < probes; i++) {
      const next = draft();
      const began = performance.now();
      await api.publish(next);
      await until(`${next.title} everywhere`, () => good.every((reader) => reader.arrivedAt.has(next.title)));
      times.push(Math.max(...good.map((reader) => reader.arrivedAt.get(next.title) ?? Infinity)) - began);
    }
    p99s.push(quantile(times, 0.99));
  }
  return quantile(p99s, 0.5);
}

it(`${readersEach} readers that stop reading do not delay ${readersEach} that read, and get everything when they read again`, { timeout: 300_000 }, async () => {
  await p99ToLastReader(1); // warms up
  const p99Before = await p99ToLastReader(windows);

  for (let i = 0; i < readersEach; i++) {
    stalled.push(new Subscriber(hub.url, { name: `stalled ${i}`, token: token('bob') }));
  }
  await Promise.all(stalled.map((reader) => reader.ready()));
  const first = sent;
  for (const reader of stalled) reader.pause();
  const before = hub.resources();
  const fellBefore = await hub.metric(fellBehind);

  for (let i = 0; i < backlog; i += 20) {
    expect((await api.post(Array.from({ length: 20 }, draft))).status).toBe(201);
  }
  const newest = `n${sent - 1}`;
  await until('the good ones have all', () => good.every((reader) => reader.arrivedAt.has(newest)));
  await until('the stalled ones are unwritable', async () => (await hub.metric(fellBehind)) - fellBefore >= readersEach);
  const p99While = await p99ToLastReader(windows);
  const replayedBefore = await hub.metric(replayed);
  const inMemory = await hub.metric('tidings_tail_entries');
  const grown = hub.resources().residentBytes - before.residentBytes;
  const inKernel = hub.unacknowledgedBytes();

  const last = `n${sent - 1}`;
  for (const reader of stalled) reader.resume();
  await until('the stalled ones have all', () => stalled.every((reader) => reader.arrivedAt.has(last)), 120_000);
  const replays = (await hub.metric(replayed)) - replayedBefore;

  const wanted = Array.from({ length: sent - first }, (_, i) => `n${first + i}`);
  for (const reader of stalled) expect(reader.keys).toEqual(wanted);
  for (const reader of good) expect(reader.arrivals).toHaveLength(sent);
  console.log(
    `p99 to the last of ${readersEach}: ${p99Before.toFixed(1)} ms before, ${p99While.toFixed(1)} ms beside ${readersEach} stalled; ` +
      `memory grew by ${(grown / 2 ** 20).toFixed(1)} MiB, the kernel holds up to ${(Math.max(...inKernel) / 1024).toFixed(1)} KiB ` +
      `for a stream; ${replays} replayed, ${inMemory} of ${sent - first} entries in memory`,
  );
  expect(inMemory, 'what they missed is not in memory any more').toBeLessThan(backlog / 2);
  expect(replays).toBeGreaterThan((readersEach * backlog) / 2);
  expect(p99While).toBeLessThan(Math.max(2 * p99Before, noiseMs));
  expect(inKernel.filter((bytes) => bytes > 0).length, 'streams that the kernel holds something for').toBeGreaterThanOrEqual(readersEach);
  expect(Math.max(...inKernel)).toBeLessThan(kernelBytesEachMax);
  expect(grown).toBeLessThan(readersEach * bytesEachMax + sharedBytesMax);
});
