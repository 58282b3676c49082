import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { audience, forge, issuer, leewaySeconds, secret, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const ttlSeconds = 6; // until the hub takes a token no more
const expiry = ttlSeconds - leewaySeconds;
let hub: Hub;
beforeAll(async () => {
  hub = await Hub.start();
});
afterAll(() => hub?.kill());

it('a stream ends with its token, after reauth, nothing comes after the end, and others go on', async () => {
  const load = new Load(new Api(hub.url, token('shop')), 'ends', [['everyone']]);
  const beside = await Promise.all(Array.from({ length: 5 }, () => new Subscriber(hub.url, { token: token('bob', {}) }).ready()));
  const expiresAt = (Math.floor(Date.now() / 1000) + ttlSeconds) * 1000;
  const reader = await new Subscriber(hub.url, { token: token('alice', {}, expiry), retryMs: 0 }).ready();
  const before = hub.resources();
  const crowd = Array.from({ length: 100 }, (_, i) => new Subscriber(hub.url, { token: token(`user-${i}`, {}, expiry), retryMs: 0 }));
  load.start(1);
  await until('the stream ends', () => reader.ended);
  const endedAt = Date.now();
  await until('all of that moment have ended', () => crowd.every((one) => one.ended), 5_000);
  await load.stop();
  for (const one of crowd) expect(one.raw.at(-1)?.event).toBe('reauth');
  await until('those beside have all', () => beside.every((one) => one.keys.length === load.published.length));
  for (const one of beside) {
    one.close();
    expect(one.streams).toHaveLength(1);
  }
  expect(load.published.every((p) => p.outcome === 'ok')).toBe(true);
  await until('their descriptors are free', () => hub.resources().descriptors <= before.descriptors);

  expect(reader.raw.at(-1)?.event).toBe('reauth');
  expect(reader.arrivals.length).toBeGreaterThan(0);
  expect(endedAt).toBeGreaterThan(expiresAt - 1_000);
  expect(endedAt).toBeLessThan(expiresAt + 5_000);

  const again = new Subscriber(hub.url, { token: token('alice', {}, -leewaySeconds - 1), lastEventId: reader.lastEventId ?? '', retryMs: 0 });
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

it('who comes back with fewer grants gets nothing more of what was taken away', async () => {
  const api = new Api(hub.url, token('shop'));
  const publish = (key: string, ...to: string[]) => api.publish({ to, title: key, data: { key } });
  const read = (subscribe: string[], ttl?: number, lastEventId?: string) =>
    new Subscriber(hub.url, { token: token('carol', { subscribe }, ttl), retryMs: 0, ...(lastEventId && { lastEventId }) }).ready();
  const reader = await read(['topic:shop.#', 'topic:news'], expiry);
  await publish('granted', 'topic:shop.orders');
  await reader.has('granted');
  await until('the stream ends', () => reader.ended);
  expect(reader.raw.at(-1)?.event).toBe('reauth');
  await publish('missed', 'topic:shop.orders');
  await publish('news missed', 'topic:news');

  const fewer = await read(['topic:news'], undefined, reader.lastEventId);
  await publish('taken away', 'topic:shop.orders');
  await publish('news', 'topic:news');
  await fewer.has('news');
  fewer.close();
  expect(reader.keys).toEqual(['granted']);
  expect(fewer.keys).toEqual(['news missed', 'news']);
});

it('a stream does not outlive its key: it ends with the restart that rotates keys, and its token opens no other', async () => {
  const old = { id: 'main', algorithm: 'HS256', secret, issuer, audience };
  const next = { ...old, id: 'next', secret: `${secret}-next` };
  const renewed = forge({ header: { kid: 'next' }, key: next.secret });
  const read = (credentials: string, lastEventId?: string) =>
    new Subscriber(hub.url, { token: credentials, retryMs: 0, ...(lastEventId && { lastEventId }) });
  const first = await read(token('alice')).ready();
  const restart = async (keys: object[]) => {
    await hub.stop();
    await hub.start({ access: { keys } });
  };

  await restart([old, next]); // until every token of the old key has been replaced
  expect(first.ended).toBe(true);
  const second = await read(token('alice'), first.lastEventId).ready();
  await new Api(hub.url, renewed).attempt('both', { to: ['everyone'], title: 'Both keys' });
  await second.has('both');

  await restart([next]);
  expect(second.ended).toBe(true);
  const refused = read(token('alice'), second.lastEventId);
  await new Api(hub.url, renewed).attempt('after', { to: ['everyone'], title: 'After the end' });
  await until('an answer', () => refused.ended);
  expect(refused.status).toBe(401);
  expect((await new Api(hub.url, token('shop')).post({ to: ['everyone'], title: 'Refused' })).status).toBe(401);

  const third = await read(renewed, second.lastEventId).ready();
  await third.has('after');
  third.close();
  expect([...first.keys, ...second.keys, ...third.keys]).toEqual(['both', 'after']);
});
