import { afterAll, expect, it } from 'vitest';
import { addressedTo, check } from '../../checker/check.ts';
import type { Published, Resources } from '../../checker/evidence.ts';
import { Api, arrival, everyAddress } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { long } from '../../harness/rounds.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const rounds = long ? 200 : 5;
const readyLimitMs = 3_000;
const addresses = [['everyone'], ['topic:shop.orders'], ['user:alice'], ['topic:hidden'], ['topic:shop.orders', 'user:bob']];

let hub: Hub;
const readers: Subscriber[] = [];
afterAll(async () => {
  for (const reader of readers) reader.close();
  await hub?.kill();
});

it(`${rounds} rounds of kill -9 under load keep every promise`, { timeout: rounds * 30_000 + 120_000 }, async () => {
  hub = await Hub.start();
  const publisher = new Api(hub.url, token('shop'));
  const auditor = new Api(hub.url, token('auditor', { subscribe: ['topic:#', 'user:*'] }));
  readers.push(
    new Subscriber(hub.url, {
      name: 'alice',
      token: token('alice', { subscribe: ['topic:shop.#'] }),
      entitled: addressedTo('everyone', 'user:alice', 'topic:shop.orders'),
    }),
    new Subscriber(hub.url, {
      name: 'bob, who reads only his own',
      token: token('bob', { subscribe: ['topic:shop.#'] }),
      query: '?to=user:bob&to=everyone',
      entitled: addressedTo('everyone', 'user:bob'),
    }),
    new Subscriber(hub.url, {
      name: 'carol, who waits for a type that never comes',
      token: token('carol', { subscribe: ['topic:#'] }),
      query: '?type=order.refunded',
      entitled: () => false,
    }),
  );
  await Promise.all(readers.map((reader) => reader.ready()));

  const published: Published[] = [];
  const startMs: number[] = [];
  let before: Resources | undefined;
  let tries = 0;
  for (let counted = 0; counted < rounds; tries++) {
    expect(tries, 'tries until enough kills struck a publish in flight').toBeLessThan(2 * rounds);
    const load = new Load(publisher, `round${tries}`, addresses);
    load.start(8);
    const enough = 20 + Math.floor(Math.random() * 200);
    await until(`${enough} acknowledgements in round ${tries}`, () => load.acknowledged().length >= enough);
    before ??= hub.resources();
    await hub.kill();
    await load.stop();
    if (load.published.some((p) => p.outcome === 'unknown')) counted++;
    startMs.push(await hub.start());
    await load.retryHalfOfUnknown();
    published.push(...load.published);
  }

  const last = await publisher.attempt('the-last', { to: ['everyone', 'user:bob'], title: 'The last' });
  published.push(last);
  await Promise.all(readers.slice(0, 2).map((reader) => reader.has(last.key, 30_000)));
  const log = (await auditor.history(everyAddress)).map(arrival);
  const after = hub.resources();
  for (const reader of readers) reader.close();
  await hub.stop();

  expect(
    check({
      published,
      log,
      readers: readers.map((reader) => reader.log()),
      marksAcknowledged: [],
      marksFound: [],
      integrity: hub.integrity(),
      before: before ?? after,
      after,
    }),
  ).toEqual([]);
  const notes = published.map((p) => p.outcome);
  console.log(
    `${tries} kills: ${notes.filter((o) => o === 'ok').length} acknowledged, ` +
      `${notes.filter((o) => o === 'unknown').length} left unknown; ready after ${startMs.map(Math.round).join(', ')} ms`,
  );
  expect(Math.max(...startMs)).toBeLessThan(readyLimitMs);
});
