import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const ttlSeconds = 3;
let hub: Hub;
beforeAll(async () => {
  hub = await Hub.start();
});
afterAll(() => hub?.kill());

it('a stream ends with its token, after reauth, and nothing comes after the end', async () => {
  const load = new Load(new Api(hub.url, token('shop')), 'ends', [['everyone']]);
  const expiresAt = (Math.floor(Date.now() / 1000) + ttlSeconds) * 1000;
  const reader = await new Subscriber(hub.url, { token: token('alice', {}, ttlSeconds), retryMs: 0 }).ready();
  load.start(1);
  await until('the stream ends', () => reader.ended);
  const endedAt = Date.now();
  await load.stop();

  expect(reader.raw.at(-1)?.event).toBe('reauth');
  expect(reader.arrivals.length).toBeGreaterThan(0);
  expect(endedAt).toBeGreaterThan(expiresAt - 1_000);
  expect(endedAt).toBeLessThan(expiresAt + 5_000);

  const again = new Subscriber(hub.url, { token: token('alice', {}, -1), lastEventId: reader.lastEventId ?? '', retryMs: 0 });
  await until('an answer', () => again.ended);
  expect(again.status).toBe(401);

  const renewed = await new Subscriber(hub.url, {
    token: token('alice', {}),
    lastEventId: reader.lastEventId ?? '',
    retryMs: 0,
  }).ready();
  const missed = load.published.map((p) => p.key).filter((key) => !reader.keys.includes(key));
  await until('what was missed', () => renewed.arrivals.length >= missed.length);
  renewed.close();
  expect([...reader.keys, ...renewed.keys]).toEqual(load.published.map((p) => p.key));
});
