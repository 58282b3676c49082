import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Api, type Problem } from '../../harness/api.ts';
import { openChromium } from '../../harness/browsers.ts';
import { Hub } from '../../harness/hub.ts';
import { openSite } from '../../harness/site.ts';
import { until } from '../../harness/until.ts';
import { send } from './request.ts';

let hub: Hub;
let accepted = 0;
beforeAll(async () => {
  hub = await Hub.start({ dev: true });
});
afterAll(() => hub?.kill());
afterEach(async () => expect(await new Api(hub.url).history(), 'nothing more is stored').toHaveLength(accepted));

const draft = JSON.stringify({ to: ['everyone'], title: 'Hello' });
const post = (headers: Record<string, string>) =>
  send(`${hub.url}/v1/notifications`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: draft });

it('says loudly that anyone on this machine may do everything', () => until('it says so', () => /dev/i.test(hub.output)));

it.each([
  ['from loopback', () => ({})],
  ['with the same origin', () => ({ origin: hub.url })],
  ['by the name localhost', () => ({ host: `localhost:${hub.port}`, origin: `http://localhost:${hub.port}` })],
])('takes a post %s', async (_, headers) => {
  expect((await post(headers())).status).toBe(201);
  accepted++;
});

it.each([
  ['another host name, as in DNS rebinding', () => ({ host: `evil.example:${hub.port}` })],
  ['a host name that begins like one of ours', () => ({ host: 'localhost.evil.example' })],
  ['another origin', () => ({ origin: 'https://evil.example' })],
  ['an origin on another port', () => ({ origin: `http://127.0.0.1:${hub.port + 1}` })],
  ['an opaque origin', () => ({ origin: 'null' })],
  ['Forwarded', () => ({ forwarded: 'for=192.0.2.1' })],
  ['X-Forwarded-For', () => ({ 'x-forwarded-for': '192.0.2.1' })],
  ['X-Forwarded-Host', () => ({ 'x-forwarded-host': 'localhost' })],
  ['X-Forwarded-Proto', () => ({ 'x-forwarded-proto': 'https' })],
])('refuses whatever comes with %s', async (_, headers) => {
  const stream = await send(`${hub.url}/v1/stream`, { headers: headers() });
  const answers = [await post(headers()), stream];
  for (const answer of answers) {
    expect(answer.status, answer.body).toBe(403);
    expect((JSON.parse(answer.body) as Problem).type).toBe('urn:tidings:problem:forbidden');
  }
});

it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'refuses a body of type %s, which any site may send',
  async (type) => expect((await post({ 'content-type': type })).status).toBe(415),
);

it('stores nothing that another site posts in a real browser', async () => {
  const site = await openSite();
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/client.html?client=none`);
    const outcomes = await page.evaluate(
      async ([url, body]) => {
        const attempts = [
          fetch(url, { method: 'POST', mode: 'no-cors', body }),
          fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
        ];
        return (await Promise.allSettled(attempts)).map((attempt) => attempt.status);
      },
      [`${hub.url}/v1/notifications`, draft] as const,
    );
    expect(outcomes).toEqual(['rejected', 'rejected']); // the first is sent, its answer withheld; the second is not sent
  } finally {
    await browser.close();
    site.close();
  }
});

it('does not start on an address that is not loopback', async () => {
  const open = await Hub.prepare({ dev: true, http: { host: '0.0.0.0' } });
  const { code, said } = await open.refusal();
  expect(code).not.toBe(0);
  expect(said).toMatch(/0\.0\.0\.0/);
});

it('is not the default: without keys, public topics or --dev a hub refuses to start and says what to write', async () => {
  const closed = await Hub.prepare({ access: { keys: [] } });
  const { code, said } = await closed.refusal();
  expect(code).not.toBe(0);
  expect(said).toMatch(/public-topics/);
  expect(said).toMatch(/keys/);
});
