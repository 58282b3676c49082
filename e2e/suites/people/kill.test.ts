import { afterAll, expect, it } from 'vitest';
import { check } from '../../checker/check.ts';
import type { Mark, Published } from '../../checker/evidence.ts';
import { Api, arrival, everyAddress } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { inbox, Marker, type State, summary } from '../../harness/marker.ts';
import { long } from '../../harness/rounds.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const rounds = long ? 50 : 3;
const users = ['alice', 'bob'];
const addresses = [['everyone'], ['user:alice'], ['topic:shop.orders'], ['user:bob', 'topic:shop.orders']];
const json = { 'content-type': 'application/json' };
const preferences = { follows: [{ topic: 'shop.#' }], mutes: [{ type: 'never' }] };

/** A cursor has the epoch in which it is told. */
const withoutEpochs = (text: string) => text.replace(/"[a-z0-9]{8}(\.\d+")/g, '"E$1');

let hub: Hub;
afterAll(() => hub?.kill());

it(`${rounds} rounds of kill -9 while users mark lose no mark`, { timeout: rounds * 30_000 + 60_000 }, async () => {
  hub = await Hub.start();
  const publisher = new Api(hub.url, token('shop'));
  const apis = new Map(users.map((user) => [user, new Api(hub.url, token(user, { subscribe: ['topic:shop.#'] }))]));
  const api = (user: string) => apis.get(user) as Api;
  const saved = new Map<string, string>();
  for (const user of users) {
    const answer = await api(user).call('/v1/preferences', { method: 'PUT', body: JSON.stringify(preferences), headers: json });
    expect(answer.status).toBe(200);
    saved.set(user, withoutEpochs(await answer.text()));
  }
  const markers = users.map((user) => new Marker(user, api(user)));
  const published: Published[] = [];
  const before = hub.resources();
  const marks = () => markers.flatMap((marker) => marker.marks());
  const lacks = (state: State) => marks().every((mark) => mark.state !== state);
  let counted = 0;
  for (let tries = 0; counted < rounds || (['read', 'unread', 'archived'] as const).some(lacks); tries++) {
    expect(tries, 'tries until enough kills struck a mark in flight, and each state is to be found').toBeLessThan(4 * rounds);
    const load = new Load(publisher, `round${tries}`, addresses);
    load.start(2);
    const begun = markers.map((marker) => marker.acknowledged);
    const unknown = markers.map((marker) => marker.unknown);
    for (const marker of markers) marker.start();
    const enough = 10 + Math.floor(Math.random() * 30);
    await until(`${enough} marks`, () => markers.every((marker, i) => marker.acknowledged >= (begun[i] ?? 0) + enough));
    await hub.kill();
    await Promise.all([load.stop(), ...markers.map((marker) => marker.stop())]);
    if (markers.some((marker, i) => marker.unknown > (unknown[i] ?? 0))) counted++;
    await hub.start();
    await load.retryHalfOfUnknown();
    published.push(...load.published);
    for (const marker of markers) expect((await summary(api(marker.user))).rev).toBeGreaterThanOrEqual(marker.rev);
  }

  const found: Mark[] = [];
  for (const user of users) {
    const items = await inbox(api(user));
    found.push(...items.map(({ notification, state }) => ({ user, id: notification.id, state })));
    const unread = items.filter((item) => item.state === 'unread').length;
    expect(await summary(api(user))).toMatchObject({ unread: Math.min(unread, 999), more: unread > 999 });
    expect(withoutEpochs(await (await api(user).call('/v1/preferences')).text())).toEqual(saved.get(user));
  }
  const log = (await new Api(hub.url, token('auditor', { subscribe: ['topic:#', 'user:*'] })).history(everyAddress)).map(arrival);
  const after = hub.resources();
  await hub.stop();
  const marksAcknowledged = marks();
  console.log(`${markers.map((m) => m.acknowledged).join(' and ')} marks acknowledged; ${marksAcknowledged.length} entries to find`);
  expect(
    check({ published, log, readers: [], marksAcknowledged, marksFound: found, integrity: hub.integrity(), before, after }),
  ).toEqual([]);
});
