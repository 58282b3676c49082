import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Broker, centerMessage, type VirtualHost } from '../../harness/broker.ts';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { quantile } from '../../harness/quantile.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const messages = 200;
/** Loose, for a machine that does other things too; what a machine of its own takes is in docs/performance.md. */
const medianMaxMs = 1_000;
const fastestTenthMaxMs = 100;

let browser: Browser;
let vhost: VirtualHost;
let hub: Hub;
let page: Page;

beforeAll(async () => {
  const [broker, chromium] = await Promise.all([Broker.shared(), openChromium()]);
  browser = chromium;
  vhost = await broker.vhost();
  hub = await Hub.start({
    access: { 'public-topics': ['#'] },
    sources: [{ name: 'center', kind: 'rabbitmq', url: vhost.url, exchange: 'notifications', queue: { name: 'tidings', kind: 'quorum' }, bindings: ['#'], format: 'nasqueron' }],
  });
  await until('the queue is there', () => vhost.depth('tidings').then((n) => n === 0));
  page = await browser.newPage();
  await page.goto(hub.url);
  await page.waitForSelector('#connection[data-state=live]');
  await page.evaluate(() => {
    const shownAt: Record<string, number> = {};
    const note = () => {
      for (const title of document.querySelectorAll('#list .item .title')) shownAt[title.textContent?.trim() ?? ''] ??= Date.now();
    };
    new MutationObserver(note).observe(document.querySelector('#list') ?? document.body, { childList: true, subtree: true });
    Object.assign(window, { shownAt });
  });
});

afterAll(async () => {
  await browser?.close();
  await hub?.kill();
});

/** Publishes one after the other; how many milliseconds after its publish began each was in the page's document. */
async function timesToPage(name: string, publish: (title: string) => Promise<unknown>): Promise<number[]> {
  const begun = new Map<string, number>();
  for (let i = 0; i < messages; i++) {
    const title = `${name} ${i}`;
    begun.set(title, Date.now());
    await publish(title);
    await pause(25);
  }
  await page.locator('#list .item .title', { hasText: `${name} ${messages - 1}` }).first().waitFor();
  const shownAt = await page.evaluate(() => (window as unknown as { shownAt: Record<string, number> }).shownAt);
  return [...begun].map(([title, at]) => (shownAt[title] ?? Infinity) - at);
}

function judge(way: string, times: number[]): void {
  console.log(`from ${way} to the page, ${messages} messages: p10 ${quantile(times, 0.1)} ms, p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms`);
  expect(quantile(times, 1), 'each was shown').toBeLessThan(Infinity);
  expect(quantile(times, 0.5)).toBeLessThan(medianMaxMs);
  expect(quantile(times, 0.1)).toBeLessThan(fastestTenthMaxMs);
}

it('what an application posts is on the page within milliseconds', async () => {
  const api = new Api(hub.url, token('shop'));
  judge('a POST', await timesToPage('posted', (title) => api.publish({ to: ['topic:shop.orders'], title, source: 'shop' })));
});

it('what the Notifications Center publishes is on the page within milliseconds', async () => {
  const { channel, close } = await vhost.channel();
  await channel.assertExchange('notifications', 'topic', { durable: true });
  const publish = async (title: string) => {
    const { key, body } = centerMessage({ text: title });
    channel.publish('notifications', key, Buffer.from(body));
    await channel.waitForConfirms();
  };
  judge('RabbitMQ', await timesToPage('sent', publish));
  await close();
});
