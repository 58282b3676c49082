import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub, type HubOptions } from '../../harness/hub.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

let hub: Hub;
const sockets: Socket[] = [];
const timers: NodeJS.Timeout[] = [];
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  for (const socket of sockets.splice(0)) socket.destroy();
  await hub?.kill();
});

const start = async (options: HubOptions) => {
  hub = await Hub.start(options);
  return new Api(hub.url, token('shop'));
};

/** A connection that says this at once, and then one byte after the other for as long as it can. */
function drip(head: string): Socket {
  const socket = connect(hub.port, '127.0.0.1', () => socket.write(head)).on('error', () => {});
  socket.resume();
  timers.push(setInterval(() => void (socket.writable && socket.write('x')), 200));
  sockets.push(socket);
  return socket;
}

it('slow requests end at their deadline, however busy they look, and delay nobody', async () => {
  const api = await start({ http: { 'header-timeout': '2s', 'body-timeout': '2s' } });
  const before = hub.resources();
  const began = performance.now();
  const head = 'POST /v1/notifications HTTP/1.1\r\nHost: x\r\n';
  const slow = Array.from({ length: 100 }, (_, i) =>
    drip(i % 2 === 0 ? `${head}X-Slow: ` : `${head}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`),
  );
  const reader = await new Subscriber(hub.url, { token: token('alice') }).ready();
  for (let i = 0; i < 50; i++) {
    const sent = await api.attempt(`good-${i}`, { to: ['everyone'], title: `good ${i}` });
    expect(sent.outcome).toBe('ok');
  }
  await reader.has('good-49', 5_000);
  await until('all slow ones are closed', () => slow.every((socket) => socket.destroyed), 20_000);
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(reader.streams).toHaveLength(1);
  reader.close();
  await until('their descriptors are free', () => hub.resources().descriptors < before.descriptors + 20);
});

it('garbage is answered with 4xx, 505 for an unknown version, or the end of the connection', async () => {
  const api = await start({});
  const garbage = [
    'GET\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'POST /v1/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'POST /v1/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST /v1/notifications HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'GET /v1/stream HTTP/1.1\r\nHost : x\r\n\r\n',
    `GET /status HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(10_000)}\r\n`,
    'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ];
  for (const bytes of garbage) {
    let answer = '';
    const socket = connect(hub.port, '127.0.0.1', () => socket.end(bytes, 'latin1')).on('error', () => {});
    socket.on('data', (chunk: Buffer) => void (answer += chunk.toString('latin1')));
    sockets.push(socket);
    await until(`an end to ${JSON.stringify(bytes.slice(0, 40))}`, () => socket.closed);
    expect(answer, bytes.slice(0, 60)).toMatch(/^$|^HTTP\/1\.[01] (4\d\d|505) /);
  }
  expect(await api.history()).toEqual([]);
});

it('floods end with 4xx or the connection, disturb no good client, and leave memory flat', { timeout: 60_000 }, async () => {
  const api = await start({
    http: { 'header-timeout': '2s', 'body-timeout': '2s' },
    env: { TIDINGS_JAVA_OPTS: '-Xms128m -Xmx128m -XX:+AlwaysPreTouch' }, // what grows is then not Java's heap
  });
  const reader = await new Subscriber(hub.url, { token: token('alice') }).ready();
  let sent = 0;
  /** Publishes for so long; how long each took until it was read. */
  const publishFor = async (ms: number) => {
    const times: number[] = [];
    for (const end = performance.now() + ms; performance.now() < end; ) {
      const began = performance.now();
      const { key, outcome } = await api.attempt(`good-${sent++}`, { to: ['everyone'], title: 'Good' });
      expect(outcome).toBe('ok');
      await reader.has(key, 5_000);
      times.push((reader.arrivedAt.get(key) ?? Infinity) - began);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? Infinity;
    return { median: at(0.5), p99: at(0.99) };
  };
  await publishFor(1_500);
  const before = await publishFor(1_500);

  const head = `POST /v1/notifications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token('shop')}\r\n`;
  const json = `${head}Content-Type: application/json\r\n`;
  const mebi = 2 ** 20;
  const floods = [
    new Flood('endless headers', head, 'X-More: of the same\r\n'.repeat(1_000)),
    new Flood('an endless header', `${head}X-Long: `, 'x'.repeat(16_384)),
    new Flood('an endless request line', 'GET /', 'x'.repeat(16_384)),
    new Flood('an oversize body', `${json}Content-Length: ${1_000 * mebi}\r\n\r\n`, 'x'.repeat(65_536)),
    new Flood('an endless chunked body', `${json}Transfer-Encoding: chunked\r\n\r\n`, `10000\r\n${'x'.repeat(65_536)}\r\n`),
    new Flood('an endless line of NDJSON', `${head}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`, `10000\r\n${' x'.repeat(32_768)}\r\n`),
    new Flood('no HTTP', '', '\0\xff'.repeat(8_192)),
    new Flood('a body that is no JSON', `${json}Content-Length: 65536\r\n\r\n`, '{"a":'.repeat(13_108)),
  ];
  for (let i = 0; i < 100; i++) drip(i % 2 === 0 ? `${head}X-Slow: ` : `${json}Content-Length: 100000\r\n\r\n{`);
  for (const flood of floods) flood.start(hub.port);
  await publishFor(2_500);
  const early = hub.resources();
  const during = await publishFor(3_500);
  const late = hub.resources();
  for (const flood of floods) flood.stop();

  for (const { name, ended, answers } of floods) {
    expect(ended, name).toBeGreaterThan(2);
    // the answer to NDJSON has mostly begun by then, and its line says 413
    const refused = name.includes('NDJSON') ? /^HTTP\/1\.1 (4\d\d |200 [^]*"status":413)/ : /^HTTP\/1\.1 4\d\d /;
    for (const answer of answers) expect(answer, name).toMatch(refused);
  }
  const grown = late.residentBytes - early.residentBytes;
  const count = floods.reduce((sum, flood) => sum + flood.ended, 0);
  const megabytes = floods.reduce((sum, flood) => sum + flood.bytes, 0) / 1e6;
  console.log(
    `to the reader ${before.median.toFixed(1)} ms (p99 ${before.p99.toFixed(1)}) before, ${during.median.toFixed(1)} ms ` +
      `(p99 ${during.p99.toFixed(1)}) beside ${count} floods of ${megabytes.toFixed(0)} MB; memory grew by ${(grown / mebi).toFixed(1)} MiB`,
  );
  expect(during.median).toBeLessThan(2 * before.median + 20);
  expect(during.p99).toBeLessThan(4 * before.p99 + 200);
  expect(grown).toBeLessThan(32 * mebi);
  expect(late.descriptors).toBeLessThan(early.descriptors + 50);
  expect(reader.streams).toHaveLength(1);
  expect(reader.arrivals).toHaveLength(sent);
  expect(await api.history()).toHaveLength(sent);
  reader.close();
});

/** A client that sends without end, at a pace that leaves this process time, and comes back whenever its connection ends. */
class Flood {
  readonly name: string;
  /** How many connections have ended, what they were answered, and how much they sent. */
  ended = 0;
  bytes = 0;
  readonly answers: string[] = [];
  readonly #head: string;
  readonly #more: string;
  #stopped = false;

  constructor(name: string, head: string, more: string) {
    this.name = name;
    this.#head = head;
    this.#more = more;
  }

  start(port: number): void {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(this.#head, 'latin1')).on('error', () => {});
    const timer = setInterval(() => {
      if (!socket.writable || socket.writableNeedDrain) return;
      socket.write(this.#more, 'latin1');
      this.bytes += this.#more.length;
    }, 20);
    timers.push(timer);
    sockets.push(socket);
    socket.on('data', (chunk: Buffer) => void (answer += chunk.toString('latin1')));
    socket.on('end', () => socket.destroy());
    socket.once('close', () => {
      clearInterval(timer);
      this.ended++;
      if (answer !== '') this.answers.push(answer);
      if (!this.#stopped) setTimeout(() => this.start(port), 20);
    });
  }

  stop(): void {
    this.#stopped = true;
  }
}
