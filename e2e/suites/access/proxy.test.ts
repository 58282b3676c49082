import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { openProxy } from '../../harness/proxy.ts';
import { token } from '../../harness/token.ts';

let hub: Hub;
beforeAll(async () => {
  hub = await Hub.start({
    http: { 'trusted-proxies': ['127.0.0.1'], 'path-prefix': '/tidings' },
    access: { 'public-topics': ['shop.#'] },
  });
});
afterAll(() => hub?.kill());

const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' };

describe.each([
  ['that passes the path prefix on', (path: string) => path],
  ['that takes the path prefix off', (path: string) => path.replace(/^\/tidings(?=\/)/, '')],
])('behind a proxy %s', (name, rewrite) => {
  it('the page is live, and what is published has a link that works', async () => {
    const proxy = await openProxy(hub.url, { headers: forwarded, rewrite });
    const browser = await openChromium();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
      await page.goto(`${proxy.url}/tidings/`);
      await page.waitForSelector('#connection[data-state=live]');
      const title = `Behind a proxy ${name}`;
      const published = await new Api(`${proxy.url}/tidings`, token('shop')).post({ to: ['topic:shop.orders'], title });
      const location = published.headers.get('location') ?? '';
      expect(location).toMatch(/^\/tidings\/v1\/notifications\//);
      expect(await (await fetch(proxy.url + location)).text()).toContain(title);
      await page.waitForFunction((text) => document.querySelector('#list')?.textContent?.includes(text), title);
      expect(asked.filter((path) => !path.startsWith('/tidings/'))).toEqual([]);
      expect(asked).toContain('/tidings/v1/stream');
    } finally {
      await browser.close();
      proxy.close();
    }
  });
});

it('the prefix alone leads to the page', async () => {
  const answer = await fetch(`${hub.url}/tidings`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/tidings/']);
});

it('the client’s scheme decides, and what contradicts itself is refused', async () => {
  const secure = await fetch(`${hub.url}/status`, { headers: forwarded });
  expect(secure.headers.get('strict-transport-security')).toMatch(/^max-age=/);
  const plain = await fetch(`${hub.url}/status`, { headers: { ...forwarded, 'x-forwarded-proto': 'http' } });
  expect(plain.headers.get('strict-transport-security')).toBeNull();
  const forged = await fetch(`${hub.url}/status`, { headers: { ...forwarded, forwarded: 'for=198.51.100.7' } });
  expect(forged.status).toBe(400);
});
