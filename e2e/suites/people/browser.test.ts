import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { openSite } from '../../harness/site.ts';
import { token } from '../../harness/token.ts';

/** What pages/bell.html knows. */
interface Bell {
  unread: number;
  unseen: number;
  cursor: string;
  items: Record<string, string>;
  ids: Record<string, string>;
  events: string[];
  call(path: string, method: string, body: object): Promise<unknown>;
}
type Window = { bell: Bell };

let browser: Browser;
let hub: Hub;
let site: Awaited<ReturnType<typeof openSite>>;
let shop: Api;
/** Two devices of alice, and one of bob. */
let devices: [Page, Page];
let bob: Page;
const complaints: string[] = [];

async function device(user: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', ({ message }) => {
    if (message !== 'Failed to fetch') complaints.push(message); // as while the hub is down
  });
  await page.goto(`${site.origin}/bell.html?hub=${hub.url}#${token(user, { subscribe: ['topic:#'] })}`);
  await page.waitForFunction(() => (globalThis as unknown as Window).bell?.unread !== undefined, undefined, { timeout: 20_000 });
  return page;
}

beforeAll(async () => {
  [browser, site] = await Promise.all([openChromium(), openSite()]);
  hub = await Hub.start({ http: { 'cors-origins': [site.origin] } });
  shop = new Api(hub.url, token('shop'));
  for (const user of ['alice', 'bob']) {
    const follows = { follows: [{ topic: 'orders.#' }] };
    const init = { method: 'PUT', body: JSON.stringify(follows), headers: { 'content-type': 'application/json' } };
    expect((await new Api(hub.url, token(user)).call('/v1/preferences', init)).status).toBe(200);
  }
  devices = [await device('alice'), await device('alice')];
  bob = await device('bob');
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await hub?.kill();
});

/** Waits until devices show these counts, and these states of what is in the list. */
async function shows(pages: Page[], unread: number, unseen: number, items: Record<string, string>): Promise<void> {
  for (const page of pages) {
    const wanted = JSON.stringify([unread, unseen, Object.entries(items).sort()]);
    await page
      .waitForFunction(
        (expected) => {
          const { bell } = globalThis as unknown as Window;
          return JSON.stringify([bell.unread, bell.unseen, Object.entries(bell.items).sort()]) === expected;
        },
        wanted,
        { timeout: 15_000 },
      )
      .catch(async () => {
        expect(JSON.stringify(await page.evaluate(() => (globalThis as unknown as Window).bell))).toBe(wanted);
      });
  }
}

const call = (page: Page, path: string, method: string, body: object) =>
  page.evaluate(([path, method, body]) => (globalThis as unknown as Window).bell.call(path, method, body), [path, method, body] as const);
const bell = (page: Page) => page.evaluate(() => (globalThis as unknown as Window).bell);

it('what comes is counted on every device', async () => {
  await shop.publish({ to: ['user:alice'], title: 'for alice' });
  await shop.publish({ to: ['everyone'], title: 'for all' });
  await shop.publish({ to: ['topic:orders.placed'], title: 'followed' });
  await shop.publish({ to: ['topic:other'], title: 'not followed' });
  await shows(devices, 3, 3, { 'for alice': 'unread', 'for all': 'unread', followed: 'unread' });
  await shows([bob], 2, 2, { 'for all': 'unread', followed: 'unread' });
});

it('what is marked on one is marked on the other, and on nobody else’s', async () => {
  const [phone, desk] = devices;
  const { ids } = await bell(phone);
  await call(phone, `/v1/inbox/${ids['for all']}`, 'PATCH', { read: true });
  await shows(devices, 2, 2, { 'for alice': 'unread', 'for all': 'read', followed: 'unread' });
  await call(desk, `/v1/inbox/${ids['followed']}`, 'PATCH', { archived: true });
  await shows(devices, 1, 1, { 'for alice': 'unread', 'for all': 'read', followed: 'archived' });
  const { cursor } = await bell(phone); // of the summary that came last: it covers all of this
  await call(phone, '/v1/inbox/seen', 'POST', { upTo: cursor });
  await shows(devices, 1, 0, { 'for alice': 'unread', 'for all': 'read', followed: 'archived' });
  await call(desk, '/v1/inbox/read', 'POST', { upTo: cursor });
  await shows(devices, 0, 0, { 'for alice': 'read', 'for all': 'read', followed: 'archived' });
  await shows([bob], 2, 2, { 'for all': 'unread', followed: 'unread' });
});

it('preferences that change on one change the other', async () => {
  const [phone] = devices;
  await call(phone, '/v1/preferences', 'PUT', { follows: [{ topic: 'orders.#' }], mutes: [{ type: 'push' }] });
  await shop.publish({ to: ['user:alice'], title: 'muted', type: 'push' });
  await shop.publish({ to: ['user:alice'], title: 'not muted' });
  const items = { 'for alice': 'read', 'for all': 'read', followed: 'archived', 'not muted': 'unread' };
  await shows(devices, 1, 1, items);
  await call(phone, '/v1/preferences', 'PUT', { follows: [{ topic: 'orders.#' }] });
  await shows(devices, 2, 2, { ...items, muted: 'unread' });
});

it('they agree again after the hub was killed and came back', async () => {
  const [phone] = devices;
  const { cursor } = await bell(phone);
  await call(phone, '/v1/inbox/read', 'POST', { upTo: cursor });
  await hub.kill();
  await hub.start();
  await shop.publish({ to: ['user:alice'], title: 'after' });
  const items = { 'for alice': 'read', 'for all': 'read', followed: 'archived', 'not muted': 'read', muted: 'read', after: 'unread' };
  await shows(devices, 1, 1, items);
  expect(complaints).toEqual([]);
});
