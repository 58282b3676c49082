import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChromium } from '../../harness/browsers.ts';
import { freePort, temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const dir = temporaryDir();
const certificateFile = join(dir, 'certificate.pem');
const keyFile = join(dir, 'key.pem');
const authorization = `Bearer ${token('shop')}`;
let hub: Hub;
let redirectPort: number;
let url: string;
let session: ClientHttp2Session;

/** Makes a certificate that signed itself, as an operator would with OpenSSL. */
const make = (algorithm: string[]) =>
  execFileSync(
    'openssl',
    ['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', ...algorithm, '-keyout', keyFile, '-out', certificateFile],
    { stdio: 'ignore' },
  );

beforeAll(async () => {
  make(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']);
  redirectPort = await freePort();
  const tls = { 'certificate-file': certificateFile, 'key-file': keyFile, 'redirect-port': redirectPort };
  hub = await Hub.start({ http: { tls }, access: { 'public-topics': ['shop.#'] } });
  url = hub.url.replace('http:', 'https:');
  session = connect(url, { ca: readFileSync(certificateFile) });
});

afterAll(async () => {
  session?.destroy();
  await hub?.kill();
});

/** One request over the session; answers its status and body. */
async function call(headers: Record<string, string>, body = ''): Promise<{ status: number; text: string }> {
  const stream = session.request({ authorization, ...headers });
  stream.end(body);
  let status = 0;
  stream.on('response', (head) => void (status = Number(head[':status'])));
  let text = '';
  for await (const piece of stream) text += piece;
  return { status, text };
}

const publish = (title: string) =>
  call(
    { ':method': 'POST', ':path': '/v1/notifications', 'content-type': 'application/json' },
    JSON.stringify({ to: ['topic:shop.orders'], title }),
  );

/** Follows along on a stream of the session; what has come is in `text`. */
function listen(): { stream: ClientHttp2Stream; text: string } {
  const heard = { stream: session.request({ authorization, ':path': '/v1/stream?to=topic:shop.%23' }), text: '' };
  heard.stream.on('data', (piece: Buffer) => void (heard.text += piece.toString()));
  return heard;
}

it('says on standard output where it serves', () => {
  expect(hub.output).toContain(`ready on ${url}\n`);
});

it('publishes to fifty streams of one connection of HTTP/2', async () => {
  const all = Array.from({ length: 50 }, listen);
  await until('every stream says hello', () => all.every(({ text }) => text.includes('event: hello')));
  expect(await publish('Over HTTP/2')).toMatchObject({ status: 201 });
  await until('every stream has it', () => all.every(({ text }) => text.includes('Over HTTP/2')));
  for (const { stream } of all) stream.close();
});

it('shows its page over HTTP/2 in Chromium, live', async () => {
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(url);
    await page.waitForSelector('#connection[data-state=live]');
    expect((await publish('In Chromium')).status).toBe(201);
    await page.waitForFunction(() => document.querySelector('#list .item .title')?.textContent?.trim() === 'In Chromium');
    const spoken = await page.evaluate(() => performance.getEntriesByType('navigation').map((entry) => (entry as PerformanceNavigationTiming).nextHopProtocol));
    expect(spoken).toEqual(['h2']);
  } finally {
    await browser.close();
  }
});

it('sends plain HTTP on to HTTPS', async () => {
  const answer = await fetch(`http://127.0.0.1:${redirectPort}/v1/session?x=y`, { redirect: 'manual' });
  expect(answer.status).toBe(308);
  expect(answer.headers.get('location')).toBe(`${url}/v1/session?x=y`);
});

it('takes a new certificate without a restart, and streams go on', async () => {
  const before = listen();
  await until('the stream says hello', () => before.text.includes('event: hello'));
  const old = readFileSync(certificateFile, 'utf8');
  make(['-newkey', 'rsa:2048']);
  await until('new connections get the new certificate', () => shown().then((pem) => pem !== undefined && pem !== old), 30_000);
  expect(await shown()).toBe(readFileSync(certificateFile, 'utf8'));
  expect((await publish('After the change')).status).toBe(201);
  await until('the stream has it', () => before.text.includes('After the change'));
  before.stream.close();
});

/** The certificate that a new connection gets. */
const shown = () =>
  new Promise<string | undefined>((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port: hub.port, rejectUnauthorized: false }, () => {
      const der = socket.getPeerX509Certificate()?.toString();
      socket.destroy();
      resolve(der);
    });
    socket.once('error', reject);
  });

it('tells sessions to go when it stops, and ends their streams with a time to come back', async () => {
  const last = listen();
  await until('the stream says hello', () => last.text.includes('event: hello'));
  let told = false;
  session.once('goaway', () => void (told = true));
  expect(await hub.stop()).toBe(143);
  expect(told).toBe(true);
  expect(last.text).toMatch(/retry: \d+\n\n$/);
});

it('refuses to start with a key of another certificate, and names both', async () => {
  const other = join(dir, 'other.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', other]);
  const { code, said } = await hub.refusal({ http: { tls: { 'certificate-file': certificateFile, 'key-file': other } } });
  expect(code).not.toBe(0);
  expect(said).toContain(other);
  expect(said).toContain(certificateFile);
});
