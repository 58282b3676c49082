import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { quantile } from '../../harness/quantile.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const dir = temporaryDir();
const certificateFile = join(dir, 'certificate.pem');
const keyFile = join(dir, 'key.pem');
const authorization = `Bearer ${token('shop')}`;
const mebi = 2 ** 20;

let hub: Hub;
let ca: Buffer;
const sockets = new Set<TLSSocket>();
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  execFileSync(
    'openssl',
    ['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', keyFile, '-out', certificateFile],
    { stdio: 'ignore' },
  );
  ca = readFileSync(certificateFile);
  hub = await Hub.start({
    http: { tls: { 'certificate-file': certificateFile, 'key-file': keyFile } },
    env: { TIDINGS_JAVA_OPTS: '-Xms128m -Xmx128m -XX:+AlwaysPreTouch' }, // what grows is then not Java's heap
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const session of sessions) session.destroy();
  await hub?.kill();
});

// --- frames (RFC 9113, 4.1) and fields (RFC 7541, 6) ---

const [headers, reset, settings, continuation] = [1, 3, 4, 9];
const [endStream, endHeaders] = [1, 4];

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A string or a number with a prefix of so many bits. */
function number(first: number, bits: number, value: number): Buffer {
  const max = 2 ** bits - 1;
  if (value < max) return Buffer.from([first | value]);
  const bytes = [first | max];
  for (value -= max; value >= 128; value >>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
const text = (value: string) => Buffer.concat([number(0, 7, value.length), Buffer.from(value, 'latin1')]);
const literal = (name: string, value: string, indexed = false) => Buffer.concat([Buffer.from([indexed ? 0x40 : 0]), text(name), text(value)]);
const get = (path: string) =>
  Buffer.concat([literal(':method', 'GET'), literal(':scheme', 'https'), literal(':authority', 'localhost'), literal(':path', path), literal('authorization', authorization)]);

/** What each attacker sends on a connection after the preface, without end: its streams are numbered from 1. */
const floods: Record<string, (stream: number) => Buffer> = {
  'rapid reset': (stream) =>
    Buffer.concat([frame(headers, endHeaders | endStream, stream, get('/v1/notifications?limit=500')), frame(reset, 0, stream, Buffer.from([0, 0, 0, 8]))]),
  'rapid reset of streams': (stream) =>
    Buffer.concat([frame(headers, endHeaders | endStream, stream, get('/v1/stream')), frame(reset, 0, stream, Buffer.from([0, 0, 0, 8]))]),
  'endless CONTINUATION': (stream) =>
    stream === 1 ? frame(headers, endStream, 1, get('/health/live')) : frame(continuation, 0, 1, literal('x-more', 'of the same')),
  'empty CONTINUATION': (stream) => (stream === 1 ? frame(headers, endStream, 1, get('/health/live')) : frame(continuation, 0, 1, Buffer.alloc(0))),
  // one field of 3,900 bytes, which the table keeps, and then a byte for each time that it is meant again
  'a bomb of headers': (stream) =>
    frame(headers, endHeaders | endStream, stream, Buffer.concat([get('/health/live'), literal('x-bomb', 'x'.repeat(3_900), true), Buffer.alloc(8_000, 0x80 | 62)])),
  'endless SETTINGS': () => frame(settings, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0])),
};

/** Connections that send without end, at a pace that leaves this process time, and come back whenever they end. */
class Flood {
  ended = 0;
  bytes = 0;
  #stopped = false;
  readonly #next: (stream: number) => Buffer;

  constructor(next: (stream: number) => Buffer) {
    this.#next = next;
  }

  start(): void {
    const socket = connectTls({ port: hub.port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['h2'] });
    sockets.add(socket);
    let stream = 1;
    let timer: NodeJS.Timeout | undefined;
    socket.on('error', () => {}).resume();
    socket.once('secureConnect', () => {
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      socket.write(frame(settings, 0, 0, Buffer.alloc(0)));
      timer = setInterval(() => {
        if (!socket.writable || socket.writableNeedDrain) return;
        let bytes = Buffer.alloc(0);
        for (let i = 0; i < 100 && bytes.length < 32_768; i++, stream += 2) bytes = Buffer.concat([bytes, this.#next(stream)]);
        this.bytes += bytes.length;
        socket.write(bytes);
      }, 40);
    });
    socket.once('close', () => {
      clearInterval(timer);
      sockets.delete(socket);
      this.ended++;
      if (!this.#stopped) setTimeout(() => this.start(), 20);
    });
  }

  stop(): void {
    this.#stopped = true;
  }
}

function open(): ClientHttp2Session {
  const session = connect(hub.url.replace('http:', 'https:'), { ca });
  sessions.push(session);
  return session.on('error', () => {});
}

/** One request; answers its status, and 0 if it was broken off. */
async function status(session: ClientHttp2Session, more: Record<string, string>, body?: Buffer): Promise<number> {
  const stream = session.request({ authorization, ...more });
  let answered = 0;
  stream.on('response', (head) => void (answered = Number(head[':status']))).on('error', () => {});
  stream.end(body).resume();
  await new Promise((done) => stream.once('close', done));
  return answered;
}

const publish = (session: ClientHttp2Session, title: string) =>
  status(
    session,
    { ':method': 'POST', ':path': '/v1/notifications', 'content-type': 'application/json' },
    Buffer.from(JSON.stringify({ to: ['everyone'], title })),
  );

/** How many connections, and streams of HTTP/2, the hub has, the one that asks included. */
async function connections(session: ClientHttp2Session): Promise<number> {
  const stream = session.request({ ':path': '/metrics' });
  let said = '';
  for await (const piece of stream) said += piece;
  return Number(/^tidings_connections (.+)$/m.exec(said)?.[1]);
}

it('floods of HTTP/2 end with their connections, disturb no good client, and leave memory flat', { timeout: 60_000 }, async () => {
  const session = open();
  const readers = Array.from({ length: 10 }, () => {
    const heard = { stream: session.request({ authorization, ':path': '/v1/stream' }), text: '' };
    heard.stream.on('data', (piece: Buffer) => void (heard.text += piece.toString()));
    return heard;
  });
  await until('every reader says hello', () => readers.every(({ text }) => text.includes('event: hello')));
  let sent = 0;
  const publishFor = async (ms: number) => {
    const times: number[] = [];
    for (const end = performance.now() + ms; performance.now() < end; ) {
      const title = `Good ${sent++}.`;
      const began = performance.now();
      expect(await publish(session, title)).toBe(201);
      await until(`${title} at all`, () => readers.every(({ text }) => text.includes(title)), 5_000);
      times.push(performance.now() - began);
      for (const reader of readers) reader.text = '';
    }
    return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
  };
  await publishFor(1_500);
  const before = await publishFor(1_500);
  const quiet = hub.resources();

  const attackers = Object.entries(floods).map(([name, next]) => ({ name, flood: new Flood(next) }));
  for (const { flood } of attackers) flood.start();
  await publishFor(2_500);
  const early = hub.resources();
  const during = await publishFor(3_500);
  const late = hub.resources();
  for (const { flood } of attackers) flood.stop();
  for (const socket of sockets) socket.destroy();

  const count = attackers.reduce((sum, { flood }) => sum + flood.ended, 0);
  const megabytes = attackers.reduce((sum, { flood }) => sum + flood.bytes, 0) / 1e6;
  const grown = late.residentBytes - early.residentBytes;
  console.log(
    `to ten readers ${before.median.toFixed(1)} ms (p99 ${before.p99.toFixed(1)}) before, ${during.median.toFixed(1)} ms ` +
      `(p99 ${during.p99.toFixed(1)}) beside ${count} connections of ${megabytes.toFixed(0)} MB; memory grew by ${(grown / mebi).toFixed(1)} MiB`,
  );
  for (const { name, flood } of attackers) {
    if (name !== 'endless SETTINGS' && name !== 'a bomb of headers') expect(flood.ended, name).toBeGreaterThan(2);
  }
  expect(during.median).toBeLessThan(2 * before.median + 40);
  expect(during.p99).toBeLessThan(3 * before.p99 + 100);
  expect(grown).toBeLessThan(32 * mebi);
  for (const { stream } of readers) expect(stream.closed).toBe(false);
  await until('their connections are gone', async () => (await connections(session)) === 1 + readers.length + 1);
  expect(hub.resources().descriptors).toBeLessThan(quiet.descriptors + 20); // the store has more readers by now
  expect(hub.output).not.toMatch(/ ERROR /);
});

it('a body that would inflate is not taken, whatever it says', async () => {
  const session = open();
  const bomb = gzipSync(Buffer.alloc(100 * mebi)); // 100 KB
  const before = hub.resources();
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++) {
    for (const coding of ['gzip', 'deflate', 'br', 'gzip, gzip', 'identity, gzip']) {
      statuses.push(
        await status(session, { ':method': 'POST', ':path': '/v1/notifications', 'content-type': 'application/json', 'content-encoding': coding }, bomb),
      );
    }
    expect(await publish(session, `Beside bombs ${i}`)).toBe(201);
  }
  expect(new Set(statuses)).toEqual(new Set([415]));
  expect(await status(session, { ':method': 'POST', ':path': '/v1/notifications', 'content-type': 'application/json' }, bomb)).toBe(400);
  expect(hub.resources().residentBytes - before.residentBytes).toBeLessThan(32 * mebi);
});
