import { copyFileSync, rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { token } from '../../harness/token.ts';

let browser: Browser;
let hub: Hub;
let page: Page;
let api: Api;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await openChromium();
  hub = await Hub.start({ access: { 'public-topics': ['shop.#'] } });
  api = new Api(hub.url, token('shop'));
  page = await browser.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(hub.url);
  await live();
});

afterAll(async () => {
  await browser?.close();
  await hub?.kill();
});

const offline = () => page.waitForSelector('#connection[data-state=offline]', { timeout: 20_000 });
const live = () => page.waitForSelector('#connection[data-state=live]');
const publish = (title: string) => api.publish({ to: ['topic:shop.orders'], title, source: 'shop' });

/** Waits until the page's titles, newest first, begin with these. */
async function shows(...titles: string[]): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const shown = [...document.querySelectorAll('#list .item .title')].map((e) => e.textContent?.trim());
      return wanted.every((title, i) => shown[i] === title);
    },
    titles,
    { timeout: 20_000 },
  );
}

it('shows what comes, newest first, without a reload', async () => {
  await publish('Order 1 placed');
  await publish('Order 2 placed');
  await shows('Order 2 placed', 'Order 1 placed');
});

it('shows after a reload what it showed before', async () => {
  await page.reload();
  await live();
  await shows('Order 2 placed', 'Order 1 placed');
});

it('says that it is offline, and shows what it missed once the hub is back', async () => {
  await hub.kill();
  await offline();
  await hub.start();
  await publish('Order 3 placed');
  await live();
  await shows('Order 3 placed', 'Order 2 placed', 'Order 1 placed');
});

it('takes away what is withdrawn', async () => {
  const { id } = await publish('Order 4 placed');
  await shows('Order 4 placed');
  expect((await api.call(`/v1/notifications/${id}`, { method: 'DELETE' })).status).toBe(204);
  await shows('Order 3 placed');
});

it('announces a gap when the hub comes back with an older copy of its database', async () => {
  await hub.stop();
  copyFileSync(hub.database, `${hub.database}.copy`);
  await hub.start();
  await publish('Order 5 placed');
  await shows('Order 5 placed');
  await hub.kill();
  await offline(); // what is published before it is back lies before the end of the gap
  for (const end of ['', '-wal', '-shm']) rmSync(hub.database + end, { force: true });
  copyFileSync(`${hub.database}.copy`, hub.database);
  await hub.start();
  await live();
  await publish('Order 6 placed');
  await shows('Order 6 placed');
  await page.waitForSelector('#list .gap');
});

it('never threw an error', () => expect(complaints).toEqual([]));
