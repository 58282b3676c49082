import { afterAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const streams = 1_000;
const missed = 100;
const helloLimitMs = 10_000;

let hub: Hub;
const readers: Subscriber[] = [];
afterAll(async () => {
  for (const reader of readers) reader.close();
  await hub?.kill();
});

it('a thousand readers who come back at once have their hello in time, and all that they missed', { timeout: 120_000 }, async () => {
  hub = await Hub.start();
  const api = new Api(hub.url, token('shop'));
  const { cursor } = await api.publish({ to: ['everyone'], title: 'Before' });
  const batch = Array.from({ length: missed }, (_, i) => ({ to: ['everyone'], title: `missed ${i}` }));
  expect((await api.post(batch)).status).toBe(201);
  await hub.kill();
  await hub.start();

  const began = performance.now();
  const mine = token('alice');
  for (let i = 0; i < streams; i++) {
    readers.push(new Subscriber(hub.url, { name: `reader ${i}`, token: mine, lastEventId: cursor, retryMs: 0 }));
  }
  const last = `missed ${missed - 1}`;
  await until('all have caught up', () => readers.every((reader) => reader.arrivedAt.has(last)), 60_000);
  const caughtUpMs = performance.now() - began;
  const helloMs = readers.map((reader) => (reader.helloAt ?? Infinity) - began);

  const wanted = batch.map((draft) => draft.title);
  for (const reader of readers) expect(reader.keys).toEqual(wanted);
  const p99 = helloMs.sort((a, b) => a - b)[Math.ceil(streams * 0.99) - 1] ?? Infinity;
  console.log(`hello within ${p99.toFixed(0)} ms for 99 %; all caught up after ${caughtUpMs.toFixed(0)} ms`);
  expect(p99).toBeLessThan(helloLimitMs);
});
