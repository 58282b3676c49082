import type { Browser as Chromium } from 'playwright-core';
import type { Browser as Firefox } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { openChromium, openFirefox } from '../../harness/browsers.ts';
import { freePort } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { openSite } from '../../harness/site.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';
import { clientNames, clients, type Seen, type Watcher } from './watchers.ts';

let chromium: Chromium;
let firefox: Firefox;
let site: Awaited<ReturnType<typeof openSite>>;
let hub: Hub;
/** One reads all of the topic, the other a type of which nothing comes before the first kill. */
const wide = new Map<string, Watcher>();
const narrow = new Map<string, Watcher>();
let narrowBefore: string[];
let short: Outage;
let long: Outage;

/** What the log held after an outage, as ids in its order, and what every watcher had shown by then. */
interface Outage {
  all: string[];
  rare: string[];
  acknowledged: string[];
  wide: Map<string, Seen>;
  narrow: Map<string, Seen>;
}

/** Firefox's own EventSource gives up for good when a connection is refused, which it tries 5 s after the loss. */
const patient = clientNames.filter((name) => name !== 'the native EventSource in Firefox');

beforeAll(async () => {
  [chromium, firefox, site] = await Promise.all([openChromium(), openFirefox(), openSite()]);
  hub = await Hub.start({ http: { 'cors-origins': [site.origin] }, access: { 'public-topics': ['shop.#'] } });
  const api = new Api(hub.url, token('shop'));
  const url = `${hub.url}/v1/stream?to=topic:shop.%23`;
  for (const client of clients(site.origin, chromium, firefox)) {
    wide.set(client.name, await client.watch(url));
    narrow.set(client.name, await client.watch(`${url}&type=order.refunded`));
  }
  const everyone = [...wide.values(), ...narrow.values()];
  await each(everyone, 'says hello', (seen) => seen.events.includes('hello'));

  const load = new Load(api, 'before', [['topic:shop.orders']]);
  load.start(2);
  await until('fifty acknowledgements', () => load.acknowledged().length >= 50);
  await hub.kill();
  await load.stop();
  narrowBefore = (await Promise.all([...narrow.values()].map(async (w) => (await w.seen()).ids))).flat();
  await hub.start();
  await publish(api, 'after the kill');
  short = await outage(api, load, everyone);

  await hub.kill();
  await whileAway((elsewhere) => publish(elsewhere, 'while away'));
  await hub.start();
  await publish(api, 'after the outage');
  long = await outage(api, load, everyone.filter((watcher) => patient.includes(watcher.name)));
}, 240_000);

afterAll(async () => {
  for (const watcher of [...wide.values(), ...narrow.values()]) watcher.close();
  await Promise.all([chromium?.close(), firefox?.close(), hub?.kill()]);
  site?.close();
});

/** Publishes from a hub on the same store and another port, so that every client is certainly away. */
async function whileAway(publish: (api: Api) => Promise<void>): Promise<void> {
  const elsewhere = await Hub.start({ dir: hub.dir, port: await freePort() });
  await publish(new Api(elsewhere.url, token('shop')));
  await elsewhere.kill();
}

async function publish(api: Api, when: string): Promise<void> {
  for (const [type, count] of [['order.refunded', 10], ['order.placed', 10]] as const) {
    for (let i = 0; i < count; i++) await api.publish({ to: ['topic:shop.orders'], title: `${type} ${when}`, type });
  }
  await api.publish({ to: ['topic:shop.orders'], title: `The last ${when}`, type: 'order.refunded' });
}

/** Waits until these have come back, and takes stock. */
async function outage(api: Api, load: Load, watchers: Watcher[]): Promise<Outage> {
  const log = (await api.history('&to=topic:shop.%23')).map((entry) => entry.notification);
  const last = log.at(-1)?.id ?? '';
  await each(watchers, 'has come back', (seen) => seen.ids.includes(last));
  const keys = new Set(load.acknowledged().map((p) => p.key));
  const shown = async (all: Map<string, Watcher>) =>
    new Map(await Promise.all([...all].map(async ([name, w]) => [name, await w.seen()] as const)));
  return {
    all: log.map((n) => n.id),
    rare: log.filter((n) => n.type === 'order.refunded').map((n) => n.id),
    acknowledged: log.filter((n) => keys.has(String(n.data?.['key']))).map((n) => n.id),
    wide: await shown(wide),
    narrow: await shown(narrow),
  };
}

/** Waits until something holds for each; the tests name those for which it doesn't. */
async function each(watchers: Watcher[], what: string, holds: (seen: Seen) => boolean): Promise<void> {
  const waiting = new Set(watchers);
  const all = async () => {
    for (const watcher of waiting) if (holds(await watcher.seen())) waiting.delete(watcher);
    return waiting.size === 0;
  };
  await until(what, all, 45_000).catch(() => {});
}

it('acknowledged something before the kill', () => expect(short.acknowledged.length).toBeGreaterThanOrEqual(50));

describe('after kill -9 and a restart, every notification is shown once and in order by', () => {
  it.each(clientNames)('%s', (name) => {
    const ids = short.wide.get(name)?.ids ?? [];
    expect(ids.filter((id) => short.acknowledged.includes(id))).toEqual(short.acknowledged);
    expect(ids).toEqual(short.all);
  });
});

describe('a filtered stream that had received nothing loses nothing across a restart in', () => {
  it('had received nothing', () => expect(narrowBefore).toEqual([]));

  it.each(clientNames)('%s', (name) => expect(short.narrow.get(name)?.ids).toEqual(short.rare));
});

describe('what happened in a longer absence is shown once and in order by', () => {
  it.each(patient)('%s', (name) => {
    expect(long.wide.get(name)?.ids).toEqual(long.all);
    expect(long.narrow.get(name)?.ids).toEqual(long.rare);
  });
});

describe('no gap was announced to', () => {
  it.each(clientNames)('%s', (name) => {
    expect([...(long.wide.get(name)?.events ?? []), ...(long.narrow.get(name)?.events ?? [])]).not.toContain('gap');
  });
});
