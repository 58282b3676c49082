import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { launcher } from '../../harness/paths.ts';
import { run } from '../../harness/process.ts';
import { everything, forge, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';
import { send } from './request.ts';

/** What tokens are looked for by: their signatures, and what only a token could hold. */
const secrets: string[] = [];
const known = (credentials: string) => {
  secrets.push(credentials.split('.').at(-1) ?? credentials);
  return credentials;
};
const canary = known(token('canary-reader', { ...everything, operate: true }));
const tampered = known(`${canary.slice(0, -8)}CANARY00`);
const expired = known(forge({ claims: { sub: 'canary-expired', exp: 1_700_000_000 } }));
const foreign = known(forge({ key: 'another-secret-another-secret-another' }));
const nonsense = known('canary-that-is-no-token-at-all');

let hub: Hub;
const answers: string[] = [];
beforeAll(async () => {
  hub = await Hub.start({ access: { 'public-topics': ['shop.#'] }, env: { TIDINGS_LOGGING_LEVEL: 'debug' } });
});
afterAll(() => hub?.kill());

/** Sends bytes as they are; answers all that is said until the end, or for as long as streams may go on. */
async function say(bytes: string): Promise<string> {
  let said = '';
  const socket = connect(hub.port, '127.0.0.1', () => socket.write(bytes, 'latin1')).on('error', () => {});
  socket.on('data', (chunk: Buffer) => void (said += chunk.toString('latin1')));
  await until(`an answer to ${bytes.slice(0, 40)}`, () => socket.closed || /\r\n\r\n[^]*\n/.test(said) || /content-length: 0|HTTP\/1.1 20[14]|}$/i.test(said));
  socket.destroy();
  return said;
}

const request = (target: string, headers: string[] = [], method = 'GET', body = '') =>
  [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', `Content-Length: ${body.length}`, ...headers, '', body].join('\r\n');

const json = 'Content-Type: application/json';
const draft = JSON.stringify({ to: ['topic:shop.orders'], title: 'Order 1 placed' });
const bearer = (credentials: string) => `Authorization: Bearer ${credentials}`;
const admin = (...args: string[]) => run(launcher, 'token', ...args, '--config', hub.configure());

// What the hub makes itself; only the answer that gives a secret out may hold it.

async function makeApiToken(): Promise<string> {
  const made = (await admin('new', 'canary', '--publish', 'topic:#', '--subscribe', 'topic:#', '--operate')).trim();
  secrets.push(made.slice('tid_'.length));
  return made;
}

async function takeTicket(): Promise<string> {
  const taken = await send(`${hub.url}/v1/tickets`, { method: 'POST', headers: { authorization: `Bearer ${canary}` } });
  return known((JSON.parse(taken.body) as { ticket: string }).ticket);
}

async function signIn(query: string, headers: Record<string, string>): Promise<string> {
  const started = await send(`${hub.url}/v1/session${query}`, { method: 'POST', headers: { origin: hub.url, ...headers } });
  expect(started.status).toBe(201);
  const [, secret = ''] = /^__Host-tidings=([\w-]{43});/.exec(started.headers['set-cookie']?.[0] ?? '') ?? [];
  return known(secret);
}

it('no token, ticket or session is in a log, a metric, an answer or a file, wherever it was sent', async () => {
  const asked: string[] = [];
  const apiToken = await makeApiToken();
  const ticket = await takeTicket();
  const session = await signIn('', { authorization: `Bearer ${canary}` });
  const another = await signIn(`?ticket=${await takeTicket()}`, {});
  for (const secret of [session, another]) {
    const cookie = [`Cookie: __Host-tidings=${secret}`, 'Origin: http://localhost'];
    asked.push(
      request('/v1/session', cookie),
      request('/v1/notifications', [...cookie, json], 'POST', draft),
      request('/v1/notifications', [...cookie, json], 'POST', `{"cookie":"${secret}"`),
      request('/v1/stream', cookie),
      request('/v1/session', [cookie[0] ?? '', 'Origin: https://evil.example'], 'DELETE'),
    );
  }
  const used = await takeTicket();
  asked.push(request(`/v1/stream?ticket=${used}`), request(`/v1/stream?ticket=${used}`), request(`/v1/session?ticket=${used}`, [], 'POST'));
  const administered = [
    request('/v1/tokens', [bearer(apiToken)]),
    request('/v1/tokens', [bearer(apiToken), json], 'POST', JSON.stringify({ name: apiToken.repeat(2) })),
    request(`/v1/tokens/${apiToken}`, [bearer(apiToken)], 'DELETE'),
    request('/v1/revocations', [bearer(apiToken), json], 'POST', JSON.stringify({ jti: 'other', until: apiToken })),
  ];
  for (const credentials of [canary, tampered, expired, foreign, nonsense, apiToken, ticket, session]) {
    for (const header of [bearer(credentials), `Authorization: Basic ${credentials}`, `Authorization: ${credentials}`, `Authorization: bearer  ${credentials} ${credentials}`]) {
      asked.push(
        request('/v1/notifications', [header, json], 'POST', draft),
        request('/v1/notifications', [header, 'Content-Type: application/x-ndjson'], 'POST', `${draft}\n`),
        request('/v1/notifications', [header]),
        request('/v1/stream', [header]),
        request('/v1/session', [header]),
        request('/metrics', [header, 'X-Forwarded-For: 192.0.2.1']),
      );
    }
    for (const name of ['token', 'access_token', 'ticket', 'authorization']) {
      for (const path of ['/v1/stream', '/v1/notifications', '/v1/session', '/status', '/']) asked.push(request(`${path}?${name}=${credentials}`));
    }
    asked.push(
      request(`/v1/notifications/${credentials}`, [bearer(canary)]),
      request(`/v1/notifications/${credentials}/raw`),
      request(`/${credentials}`),
      request(`/v1/stream?${credentials}`),
      request(`/v1/notifications?after=${credentials}`),
      request(`/v1/notifications?limit=${credentials}`, [bearer(canary)]),
      request('/v1/notifications', [bearer(canary), json, `Idempotency-Key: ${credentials.repeat(5)}`], 'POST', draft),
      request('/v1/notifications', [bearer(canary), json], 'POST', `{"token":"${credentials}"`),
      request('/v1/notifications', [bearer(canary), `Content-Type: ${credentials}`], 'POST', draft),
      request('/v1/notifications', [bearer(canary), `Content-Encoding: ${credentials}`, json], 'POST', draft),
      ...['Cookie', 'X-Request-Id', 'Origin', 'Referer', 'User-Agent', 'Last-Event-ID', 'If-None-Match', 'X-Forwarded-For', 'Forwarded', credentials].filter((name) => name !== 'X-Request-Id' || credentials.length > 64).map(
        (name) => request('/v1/session', [bearer(canary), `${name}: ${name === 'Cookie' ? '__Host-session=' : ''}${credentials}`]),
      ),
      request('/v1/session', [], credentials),
      request('/v1/session').replace('HTTP/1.1', credentials),
      request('/v1/session').replace('Host: localhost', `Host: ${credentials}`),
      `${credentials}\r\n\r\n`,
    );
  }
  asked.push(
    ...administered,
    ...[session, session].map((secret) => request('/v1/session', [`Cookie: __Host-tidings=${secret}`, 'Origin: http://localhost'], 'DELETE')),
  );
  const inOrder = 13; // the ticket's and the sessions' own
  for (const bytes of asked.splice(0, inOrder)) answers.push(await say(bytes));
  const last = asked.splice(-2); // these sign out
  while (asked.length > 0) answers.push(...(await Promise.all(asked.splice(0, 16).map(say))));
  for (const bytes of last) answers.push(await say(bytes));
  answers.push(await admin('list'), await admin('revoke', 'canary'), await say(request('/v1/session', [bearer(apiToken)])));
  expect(answers.slice(0, 4).map((answer) => answer.slice(9, 12))).toEqual(['200', '201', '400', '200']); // the cookie counted
  expect(answers.slice(10, 13).map((answer) => answer.slice(9, 12))).toEqual(['200', '401', '401']); // so did the ticket, once
  expect(answers.at(-3)).toMatch(/^canary /);
  expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 201'))).not.toEqual([]);
  expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 401')).length).toBeGreaterThan(50);
  expect(answers.filter((answer) => /^HTTP\/1.1 5(?!05)/.test(answer))).toEqual([]);

  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('tidings_appended');
  await hub.stop();
  expect(hub.output).toContain('refused client=127.0.0.1');
  expect(hub.output).toContain('administered');
  const files = readdirSync(hub.dir).filter((name) => name.startsWith('tidings.db'));
  expect(files).toContain('tidings.db');
  for (const secret of secrets) {
    expect(hub.output.includes(secret), 'in the log').toBe(false);
    expect(metrics.includes(secret), 'in the metrics').toBe(false);
    expect(answers.find((answer) => answer.includes(secret)), 'in an answer').toBeUndefined();
    for (const file of files) expect(readFileSync(join(hub.dir, file)).includes(secret), file).toBe(false);
  }
  await hub.start();
});

it('the page puts its token in no URL, and tells no other site where a reader came from', async () => {
  const seen: (string | undefined)[] = [];
  const other = createServer((asked, answer) => {
    seen.push(asked.headers.referer);
    answer.end('elsewhere');
  });
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  /** The browser names it when it asks there for its icon, which is no concern of the hub's page. */
  const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/order`;
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    const urls: string[] = [];
    page.on('request', (asked) => void urls.push(asked.url(), asked.headers()['referer'] ?? ''));
    await page.goto(hub.url);
    await page.waitForSelector('#connection[data-state=live]');
    await page.click('#session');
    await page.fill('#token', canary);
    await page.press('#token', 'Enter');
    await page.waitForFunction(() => document.querySelector('#user')?.textContent === 'canary-reader');
    const draft = { to: ['user:canary-reader'], title: 'With a link', link: elsewhere };
    const published = await fetch(`${hub.url}/v1/notifications`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token('shop')}`, 'content-type': 'application/json' },
      body: JSON.stringify(draft),
    });
    expect(published.status).toBe(201);
    const opened = page.context().waitForEvent('page', { timeout: 5_000 }).catch(() => undefined);
    await page.click('#list a[href]');
    await opened;
    await until('the other site is asked', () => seen.length > 0);
    expect(seen.filter((referer) => referer !== undefined && referer !== elsewhere)).toEqual([]);
    expect(urls.filter((url) => url.includes(canary.slice(0, 20)) || secrets.some((secret) => url.includes(secret)))).toEqual([]);
  } finally {
    await browser.close();
    other.close();
  }
});
