import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub, type HubOptions } from '../../harness/hub.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

let hub: Hub;
const readers: Subscriber[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await hub?.kill();
});

const start = async (options: HubOptions) => {
  hub = await Hub.start(options);
  return new Api(hub.url, token('shop'));
};

function open(name: string, query = ''): Subscriber {
  const reader = new Subscriber(hub.url, { name, query, token: token('alice') });
  readers.push(reader);
  return reader;
}

const greeted = (reader: Subscriber) => reader.helloAt !== undefined;
/** Told to come back later, with the one status that does not end an EventSource. */
const sentAway = (reader: Subscriber) => reader.status === 200 && reader.raw.some((frame) => frame.retry !== undefined);

/** Health, each time at once, and a publish that these readers get. */
async function stillServes(api: Api, those: Subscriber[]): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const health = await fetch(`${hub.url}/health/live`, { signal: AbortSignal.timeout(2_000) });
    expect(health.status).toBe(200);
  }
  const { key, outcome } = await api.attempt(`during-${performance.now()}`, { to: ['everyone', 'topic:shop.orders'], title: 'During' });
  expect(outcome).toBe('ok');
  await Promise.all(those.map((reader) => reader.has(key)));
}

it('when descriptors run out, the newest are sent away, health answers, those who read go on reading, and the hub recovers', { timeout: 120_000 }, async () => {
  const descriptors = 350;
  const api = await start({ descriptors });
  const early = await Promise.all(Array.from({ length: 20 }, (_, i) => open(`early ${i}`).ready()));
  const late = Array.from({ length: descriptors }, (_, i) => open(`late ${i}`));
  await until('all are greeted or sent away', () => late.every((reader) => greeted(reader) || sentAway(reader)), 30_000);
  const taken = [...early, ...late.filter(greeted)];
  const away = late.filter((reader) => !greeted(reader));
  const connections = taken.map((reader) => reader.streams.length);
  expect(away.length).toBeGreaterThan(100);
  expect(taken.length).toBeGreaterThan(early.length);
  await stillServes(api, taken);
  expect(hub.resources().descriptors).toBeLessThan(descriptors);

  // Beside them, those who connect and say nothing: they hold what is spared for a moment at most.
  for (let i = 0; i < descriptors; i++) {
    sockets.push(connect(hub.port, '127.0.0.1').on('error', () => {}).resume());
  }
  await until('health answers', async () => (await fetch(`${hub.url}/health/live`)).status === 200);
  await until('they are gone', () => sockets.every((socket) => socket.closed), 15_000);
  await stillServes(api, taken);
  expect(taken.map((reader) => reader.streams.length), 'nobody who reads has lost a connection').toEqual(connections);

  for (const reader of taken) reader.close();
  await until('others take their places', () => away.filter(greeted).length >= taken.length, 30_000);
});

it('when memory runs short, the newest are sent away, health answers, those who read go on reading, and the hub recovers', { timeout: 120_000 }, async () => {
  const api = await start({
    store: { 'tail-bytes-max': '1MiB' },
    env: { TIDINGS_JAVA_OPTS: '-Xmx48m' }, // some 1,800 of the greedy
  });
  const early = await Promise.all(Array.from({ length: 20 }, (_, i) => open(`early ${i}`).ready()));
  const greedy: Subscriber[] = [];
  const heavy = (n: number) => `?to=everyone${Array.from({ length: 90 }, (_, i) => `&to=topic:n${n}x${i}.a.b.c.d.e.f.g.h.i.j.k`).join('')}`;
  const shed = () => greedy.some((reader) => greeted(reader) && sentAway(reader));
  for (let n = 0; n < 4_000 && !shed(); n += 10) {
    const more = Array.from({ length: 10 }, (_, i) => open(`greedy ${n + i}`, heavy(n + i)));
    greedy.push(...more);
    await until('they are greeted or sent away', () => more.every((reader) => greeted(reader) || sentAway(reader)), 20_000);
    await pause(30); // the hub looks at its memory once a second: what comes in that time must fit
  }
  await until('the newest are sent away', shed);
  await stillServes(api, early);
  for (const reader of early) expect(reader.streams).toHaveLength(1);
  expect(hub.output).toContain('memory is short');
  expect(greedy.slice(0, greedy.length / 2).filter(sentAway), 'the older half stays').toEqual([]);

  for (const reader of greedy) reader.close();
  await until('it takes new readers', () => open('late').ready(2_000), 30_000);
  await stillServes(api, early);
  for (const reader of early) expect(reader.streams).toHaveLength(1);
});
