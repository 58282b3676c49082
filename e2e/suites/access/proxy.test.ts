import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { openChromium } from '../../harness/browsers.ts';
import { freePort, temporaryDir } from '../../harness/files.ts';
import { Follower } from '../../harness/follower.ts';
import { Hub } from '../../harness/hub.ts';
import { root } from '../../harness/paths.ts';
import { openProxy } from '../../harness/proxy.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';
import { send } from './request.ts';

/** The block of the document, and what it says of it besides. */
const guide = readFileSync(join(root, 'docs/proxies.md'), 'utf8');
const [, block = 'none'] = /```nginx\n([^]*?)```/.exec(guide) ?? [];
const [, sentence = ''] = /`\/tidings\/v1\/ws`, with all the lines above and (.*?;`)\. /.exec(guide) ?? [];
const upgrade = [...sentence.matchAll(/`([^`]*)`/g)].map(([, line]) => line).join('\n');
const sockets = block.replace('location /tidings/ {', `location /tidings/v1/ws {\n${upgrade}`);
const variants = {
  'as in the document': block,
  'that takes the prefix off': block.replace(/(proxy_pass [^;]+);/, '$1/;'),
  'that keeps connections': block.replace('{', '{\n    proxy_http_version 1.1;\n    proxy_set_header Connection "";'),
};
const names = Object.keys(variants) as (keyof typeof variants)[];
const ports = new Map<string, number>();
const proxied = (name: string) => `http://127.0.0.1:${ports.get(name)}/tidings`;

let hub: Hub;
let browser: Browser;
let nginx: ChildProcess | undefined;
let said = '';
beforeAll(async () => {
  browser = await openChromium();
  hub = await Hub.start({
    http: { 'trusted-proxies': ['127.0.0.1'], 'path-prefix': '/tidings' },
    access: { 'public-topics': ['shop.#'] },
  });
  const dir = temporaryDir();
  for (const name of names) ports.set(name, await freePort());
  const servers = names.map((name) => `server {\nlisten 127.0.0.1:${ports.get(name)};\n${(variants[name] + sockets).replaceAll('127.0.0.1:8080', `127.0.0.1:${hub.port}`)}}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`);
  const config = join(dir, 'nginx.conf');
  writeFileSync(config, ['daemon off;', 'master_process off;', `pid ${dir}/pid;`, 'events {}', 'http {', 'access_log off;', ...temporary, ...servers, '}'].join('\n'));
  nginx = spawn('/usr/sbin/nginx', ['-p', dir, '-c', config, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  nginx.stderr?.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  for (const name of names) {
    await until('nginx serves', async () => {
      if (nginx?.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      return (await fetch(`${proxied(name)}/status`).catch(() => undefined))?.ok === true;
    });
  }
});
afterAll(async () => {
  await browser?.close();
  nginx?.kill();
  await hub?.kill();
});

describe.each(names)('nginx %s', (name) => {
  it('passes a stream on as it comes, and links that work', async () => {
    const url = proxied(name);
    const reader = await new Subscriber(url, { token: token('alice'), query: '?to=topic:shop.%23', retryMs: 0 }).ready();
    for (const title of ['One', 'Two', 'Three']) {
      const published = await new Api(url, token('shop')).post({ to: ['topic:shop.orders'], title });
      const location = published.headers.get('location') ?? '';
      expect(location).toMatch(/^\/tidings\/v1\/notifications\//);
      expect(await (await fetch(new URL(location, url))).text()).toContain(title);
      await until('it is read', () => reader.raw.at(-1)?.data?.includes(title) === true, 2_000); // and not held in a buffer
    }
    reader.close();
  });

  it('passes a WebSocket on', async () => {
    const follower = await new Follower(proxied(name), { token: token('alice'), query: '?to=topic:shop.%23', retryMs: 0 }).ready();
    await new Api(hub.url, token('shop')).post({ to: ['topic:shop.orders'], title: 'Over a socket' });
    await until('it is read', () => follower.entries.some((entry) => entry.notification.title === 'Over a socket'), 2_000);
    follower.close();
  });

  it('says whose a request is, whatever its client says', async () => {
    const url = proxied(name);
    const claims = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', forwarded: 'for=127.0.0.1;proto=https' };
    const status = await fetch(`${url}/status`, { headers: claims });
    expect([status.status, status.headers.get('strict-transport-security')]).toEqual([200, null]);
    expect((await fetch(`${url}/metrics`)).status).toBe(403);
    const doubled = name === 'that takes the prefix off' ? 403 : 404; // the hub takes it off once
    expect((await fetch(`${url}/tidings/metrics`)).status).toBe(doubled);
    const signIn = (origin: string) => send(`${url}/v1/session`, { method: 'POST', headers: { origin, authorization: `Bearer ${token('alice')}` } });
    expect((await signIn('https://evil.example')).status).toBe(403);
    expect((await signIn(new URL(url).origin.replace('http:', 'https:'))).status).toBe(201);
  });
});

/** Opens the page behind a proxy, publishes there, and expects that it is shown; answers the path of what was published. */
async function expectLive(url: string, title: string): Promise<string> {
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
  await page.goto(`${url}/`);
  await page.waitForSelector('#connection[data-state=live]');
  const published = await new Api(url, token('shop')).post({ to: ['topic:shop.orders'], title });
  await page.waitForFunction((text) => document.querySelector('#list')?.textContent?.includes(text), title);
  expect(asked.filter((path) => !path.startsWith('/tidings/'))).toEqual([]);
  expect(asked).toContain('/tidings/v1/stream');
  await page.close();
  return published.headers.get('location') ?? '';
}

it('the page is live behind nginx', () => expectLive(proxied(names[0] ?? ''), 'Behind nginx'));

const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' };

it.each([
  ['that passes the path prefix on', (path: string) => path],
  ['that takes the path prefix off', (path: string) => path.replace(/^\/tidings(?=\/)/, '')],
])('behind a proxy %s the page is live, and what is published has a link that works', async (name, rewrite) => {
  const proxy = await openProxy(hub.url, { headers: forwarded, rewrite });
  try {
    const title = `Behind a proxy ${name}`;
    const location = await expectLive(`${proxy.url}/tidings`, title);
    expect(location).toMatch(/^\/tidings\/v1\/notifications\//);
    expect(await (await fetch(proxy.url + location)).text()).toContain(title);
  } finally {
    proxy.close();
  }
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
