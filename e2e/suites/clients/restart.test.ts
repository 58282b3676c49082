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
import { clientNames, clients, type Watcher } from './watchers.ts';

let chromium: Chromium;
let firefox: Firefox;
let site: Awaited<ReturnType<typeof openSite>>;
let hub: Hub;
/** One reads all of the topic, the other a type of which nothing comes before the restart. */
const wide = new Map<string, Watcher>();
const narrow = new Map<string, Watcher>();
/** Ids in the order of the log: all, those of the rare type, and those that were acknowledged. */
let all: string[];
let rare: string[];
let acknowledged: string[];
let narrowBefore: string[];

beforeAll(async () => {
  [chromium, firefox, site] = await Promise.all([openChromium(), openFirefox(), openSite()]);
  hub = await Hub.start({ http: { 'cors-origins': [site.origin] }, access: { 'public-topics': ['shop.#'] } });
  const api = new Api(hub.url, token('shop'));
  const url = `${hub.url}/v1/stream?to=topic:shop.%23`;
  for (const client of clients(site.origin, chromium, firefox)) {
    wide.set(client.name, await client.watch(url));
    narrow.set(client.name, await client.watch(`${url}&type=order.refunded`));
  }
  await each([...wide.values(), ...narrow.values()], 'says hello', (w) => w.seen().then((s) => s.events.includes('hello')));

  const load = new Load(api, 'before', [['topic:shop.orders']]);
  load.start(2);
  await until('fifty acknowledgements', () => load.acknowledged().length >= 50);
  await hub.kill();
  await load.stop();
  narrowBefore = (await Promise.all([...narrow.values()].map(async (w) => (await w.seen()).ids))).flat();

  await whileAway(async (elsewhere) => {
    for (let i = 0; i < 10; i++) {
      await elsewhere.publish({ to: ['topic:shop.orders'], title: `Order ${i} placed`, type: 'order.placed' });
      await elsewhere.publish({ to: ['topic:shop.orders'], title: `Order ${i} refunded`, type: 'order.refunded' });
    }
  });
  await hub.start();
  await api.publish({ to: ['topic:shop.orders'], title: 'The last order refunded', type: 'order.refunded' });

  const log = await api.history('&to=topic:shop.%23');
  all = log.map((entry) => entry.notification.id);
  rare = log.filter((entry) => entry.notification.type === 'order.refunded').map((entry) => entry.notification.id);
  const keys = new Set(load.acknowledged().map((p) => p.key));
  acknowledged = log.filter((e) => keys.has(String(e.notification.data?.['key']))).map((e) => e.notification.id);
  const last = all.at(-1) ?? '';
  await each([...wide.values(), ...narrow.values()], 'has come back', (w) => w.seen().then((s) => s.ids.includes(last)));
});

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

/** Waits until something holds for each, naming those for which it doesn't. */
async function each(watchers: Watcher[], what: string, holds: (w: Watcher) => Promise<boolean>): Promise<void> {
  const waiting = new Set(watchers);
  try {
    await until(what, async () => {
      for (const watcher of waiting) if (await holds(watcher)) waiting.delete(watcher);
      return waiting.size === 0;
    }, 45_000);
  } catch {
    // the tests below name each one's lack
  }
}

it('acknowledged something before the kill', () => expect(acknowledged.length).toBeGreaterThanOrEqual(50));

describe('after kill -9 and a restart, every notification is shown once and in order by', () => {
  it.each(clientNames)('%s', async (name) => {
    const { ids } = (await wide.get(name)?.seen()) ?? { ids: [] };
    expect(ids.filter((id) => acknowledged.includes(id))).toEqual(acknowledged);
    expect(ids).toEqual(all);
  });
});

describe('a filtered stream that had received nothing loses nothing across a restart in', () => {
  it('had received nothing', () => expect(narrowBefore).toEqual([]));

  it.each(clientNames)('%s', async (name) => {
    const { ids } = (await narrow.get(name)?.seen()) ?? { ids: [] };
    expect(ids).toEqual(rare);
  });
});

describe('no gap was announced to', () => {
  it.each(clientNames)('%s', async (name) => {
    const events = [...((await wide.get(name)?.seen())?.events ?? []), ...((await narrow.get(name)?.seen())?.events ?? [])];
    expect(events).not.toContain('gap');
  });
});
