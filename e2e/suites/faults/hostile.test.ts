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

it('when descriptors run out, health still answers, those who read go on reading, and the hub recovers', { timeout: 90_000 }, async () => {
  const descriptors = 300;
  const api = await start({ descriptors });
  const reader = await new Subscriber(hub.url, { token: token('alice') }).ready();
  for (let i = 0; i < descriptors + 200; i++) {
    sockets.push(connect(hub.port, '127.0.0.1').on('error', () => {}).resume());
  }
  await until('health answers', async () => (await fetch(`${hub.url}/health/live`)).status === 200);
  const during = await until('a publish', async () => {
    const sent = await api.attempt(`during-${performance.now()}`, { to: ['everyone'], title: 'During' });
    return sent.outcome === 'ok' && sent;
  });
  await reader.has(during.key);
  for (const socket of sockets) socket.destroy();
  await until('it takes new readers', () =>
    new Subscriber(hub.url, { token: token('bob'), retryMs: 0 }).ready(2_000).then((late) => (late.close(), true)),
  );
  expect(reader.streams).toHaveLength(1);
  reader.close();
});
