import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Broker, centerMessage, type VirtualHost } from '../../harness/broker.ts';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

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
    sources: [
      {
        name: 'center',
        kind: 'rabbitmq',
        url: vhost.url,
        exchange: 'notifications',
        queue: { name: 'tidings', kind: 'quorum' },
        bindings: ['#'],
        format: 'nasqueron',
      },
    ],
  });
  await until('the queue is there', () => vhost.depth('tidings').then((n) => n === 0));
  page = await browser.newPage();
  await page.goto(hub.url);
  await page.waitForSelector('#connection[data-state=live]');
});

afterAll(async () => {
  await browser?.close();
  await hub?.kill();
});

/** The newest row of the page, once its title is this. */
async function rowTitled(title: string): Promise<{ meta: string; body: string | null; href: string | null }> {
  const row = page.locator('#list .item').filter({ has: page.locator('.title', { hasText: title }) }).first();
  await row.waitFor();
  expect((await row.locator('.title').textContent())?.trim()).toBe(title);
  return {
    meta: (await row.locator('.meta').textContent()) ?? '',
    body: (await row.locator('.body').count()) > 0 ? await row.locator('.body').textContent() : null,
    href: (await row.locator('.title a').count()) > 0 ? await row.locator('.title a').getAttribute('href') : null,
  };
}

/** The log's newest entry of this title, for what a page does not show. */
async function logged(title: string) {
  const { items } = await new Api(hub.url, token('auditor')).page('?limit=50');
  const entry = items.find((e) => e.notification.title === title);
  if (entry === undefined) throw new Error(`no "${title}" in the log`);
  return entry.notification;
}

describe('what the Center publishes on a real RabbitMQ appears on the page in Chromium', () => {
  it('a message without AMQP properties', async () => {
    await vhost.publish([centerMessage({})]);
    const row = await rowTitled('alice pushed 3 commits to notifications (branch main)');
    expect(row.meta).toContain('GitHub');
    expect(row.meta).toContain('ops');
    expect(row.href).toBe('https://github.com/nasqueron/notifications/compare/a...b');
  });

  it('a dotted type', async () => {
    await vhost.publish([
      centerMessage({ service: 'Jenkins', project: 'acme', group: 'ci', type: 'completed.success', text: 'Build 7 passed' }),
    ]);
    await rowTitled('Build 7 passed');
    expect(await logged('Build 7 passed')).toMatchObject({
      type: 'completed.success',
      topics: ['acme.ci.jenkins.completed.success'],
    });
  });

  it('a text that is null', async () => {
    await vhost.publish([centerMessage({ type: 'ping', group: 'nulls', text: null, link: null })]);
    const row = await rowTitled('GitHub: ping (nulls)');
    expect(row.href).toBeNull();
  });

  it('a text and a link that are the string "null"', async () => {
    await vhost.publish([centerMessage({ type: 'ping', group: 'strings', text: 'null', link: 'null' })]);
    const row = await rowTitled('GitHub: ping (strings)');
    expect(row.href).toBeNull();
  });

  it('an empty body', async () => {
    await vhost.publish([{ key: 'nasqueron.tasks.phabricator.task', body: '' }]);
    await rowTitled('phabricator: task (tasks)');
  });

  it('a text of 400 characters', async () => {
    const text = 'The build of the notifications service failed again. '.repeat(8).slice(0, 400);
    await vhost.publish([centerMessage({ text })]);
    const row = await rowTitled(`${text.slice(0, 299)}…`);
    expect(row.body).toBe(text);
  });

  it("Phabricator's rawContent, a string", async () => {
    await vhost.publish([
      centerMessage({ service: 'Phabricator', type: 'TASK', text: 'alice closed T42', rawContent: 'storyID=1&epoch=1' }),
    ]);
    await rowTitled('alice closed T42');
    const { id } = await logged('alice closed T42');
    const raw = await new Api(hub.url, token('auditor')).call(`/v1/notifications/${id}/raw`);
    expect(await raw.text()).toBe('storyID=1&epoch=1');
  });

  it('a rawContent of 1 MB, which the page never gets', async () => {
    const rawContent = { diff: 'x'.repeat(1_000_000) };
    await vhost.publish([centerMessage({ text: 'A large push', rawContent })]);
    await rowTitled('A large push');
    const notification = await logged('A large push');
    expect(JSON.stringify(notification)).not.toContain('xxxx');
    const raw = await new Api(hub.url, token('auditor')).call(`/v1/notifications/${notification.id}/raw`);
    expect(await raw.json()).toEqual(rawContent);
    const denied = await new Api(hub.url).call(`/v1/notifications/${notification.id}/raw`);
    expect(denied.status).toBeGreaterThanOrEqual(401);
    expect(denied.status).toBeLessThanOrEqual(403);
  });

  it('a project with a space', async () => {
    await vhost.publish([centerMessage({ project: 'Big Project', text: 'A project with a space' })]);
    await rowTitled('A project with a space');
    expect(await logged('A project with a space')).toMatchObject({
      topics: ['big-project.ops.github.push'],
      data: { project: 'Big Project', group: 'ops' },
    });
  });

  it('markup as text', async () => {
    await vhost.publish([centerMessage({ text: '<img src=x onerror=alert(1)> & <b>bold</b>', link: 'javascript:alert(1)' })]);
    const row = await rowTitled('<img src=x onerror=alert(1)> & <b>bold</b>');
    expect(row.href).toBeNull();
  });
});

it('parks what it cannot read, and its neighbours flow on', async () => {
  await vhost.publish([
    { key: 'nasqueron.ops.github.push', body: 'no JSON' },
    { key: 'short', body: '' },
    centerMessage({ text: 'After the poison' }),
  ]);
  await rowTitled('After the poison');
  await until('all is acked', () => vhost.depth('tidings').then((n) => n === 0));
});

it('what a page shows comes within a second of its publish', async () => {
  const began = performance.now();
  await new Api(hub.url, token('shop')).publish({ to: ['topic:shop.orders'], title: 'Order 1 placed', source: 'shop' });
  await rowTitled('Order 1 placed');
  expect(performance.now() - began).toBeLessThan(1_000);
});

it('a user with the right to read one queue, and no other right, is enough for a passive queue', async () => {
  const { channel, close } = await vhost.channel();
  await channel.assertExchange('notifications', 'topic', { durable: true });
  await channel.assertQueue('given', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue('given', 'notifications', 'passive.#');
  await close();
  const url = await vhost.broker.user(vhost.name, 'reader', { configure: '^$', write: '^$', read: '^given$' });
  const least = await Hub.start({
    access: { 'public-topics': ['#'] },
    sources: [{ name: 'given', kind: 'rabbitmq', url, queue: { name: 'given', kind: 'passive' }, format: 'nasqueron' }],
  });
  await vhost.publish([centerMessage({ project: 'passive', text: 'Through a passive queue' })]);
  await until('it is in the log', async () => (await new Api(least.url).history()).length === 1);
  await until('it is acked', () => vhost.depth('given').then((n) => n === 0));
  await least.kill();
});
