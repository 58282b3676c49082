import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Api } from '../../harness/api.ts';
import { Follower, type FollowerOptions } from '../../harness/follower.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { root } from '../../harness/paths.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { leewaySeconds, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const listed = 'https://shop.example';
let hub: Hub;
let api: Api;
const followers: Follower[] = [];

beforeAll(async () => {
  hub = await Hub.start({ http: { 'cors-origins': [listed] } });
  api = new Api(hub.url, token('shop'));
});
afterAll(async () => {
  for (const follower of followers) follower.close();
  await hub?.kill();
});

function follow(options: FollowerOptions): Follower {
  const follower = new Follower(hub.url, options);
  followers.push(follower);
  return follower;
}

const publish = (title: string, ...to: string[]) => api.publish({ to, title });

it('npm ws resumes across kill -9 without loss, once and in order', async () => {
  const query = '?to=topic:killed.%23';
  const [one, other] = [1, 2].map(() => follow({ query, token: token('alice'), retryMs: 50 })) as [Follower, Follower];
  await Promise.all([one.ready(), other.ready()]);
  const load = new Load(api, 'killed', [['topic:killed.a']]);
  load.start(2);
  await until('fifty acknowledgements', () => load.acknowledged().length >= 50);
  await hub.kill();
  await load.stop();
  await hub.start();
  const { id } = await publish('the last', 'topic:killed.a');
  const log = (await api.history('&to=topic:killed.a')).map((entry) => entry.notification);
  for (const follower of [one, other]) {
    await until('it has come back', () => follower.ids.includes(id));
    expect(follower.connections).toBeGreaterThan(1);
    expect(follower.ids).toEqual(log.map((notification) => notification.id));
    expect(follower.told('gap')).toBeUndefined();
    follower.close();
  }
  const keys = new Set(log.map((notification) => notification.data?.['key']));
  for (const published of load.acknowledged()) expect(keys).toContain(published.key);
});

it('a WebSocket and an EventSource of one user get the same', async () => {
  const alice = token('alice', { subscribe: ['topic:same.#'] });
  const { cursor } = await publish('before', 'topic:same.a');
  const query = `?after=${cursor}`;
  await publish('missed', 'topic:same.a', 'user:alice');
  const [socket, source] = await Promise.all([
    follow({ query, token: alice }).ready(),
    new Subscriber(hub.url, { query, token: alice, retryMs: 0 }).ready(),
  ]);
  await publish('for all', 'everyone');
  await publish('for bob', 'user:bob');
  await publish('for alice', 'user:alice');
  const { id } = await publish('withdrawn', 'topic:same.b');
  expect((await api.call(`/v1/notifications/${id}`, { method: 'DELETE' })).status).toBe(204);
  await publish('not granted', 'topic:other');
  await publish('the last', 'topic:same.c', 'everyone');
  await until('the last at the socket', () => socket.entries.at(-1)?.notification.title === 'the last');
  await source.has('the last');
  source.close();
  socket.close();

  const ofSource = source.raw.map(({ event, id: cursor, data }) =>
    event === undefined ? { cursor, notification: JSON.parse(data ?? '') } : { event, cursor, ...JSON.parse(data ?? '') },
  );
  const timed = new Set<unknown>(['tick', 'hello', 'inbox']); // they come when they come
  const without = (all: object[]) => all.filter((m) => !('event' in m && timed.has(m.event)));
  expect(without(socket.messages)).toEqual(without(ofSource));
  expect(socket.entries.map((entry) => entry.notification.title)).toEqual(['missed', 'for all', 'for alice', 'withdrawn', 'the last']);
  expect(socket.told('withdrawn')).toMatchObject({ id });
  expect({ ...socket.told('hello'), now: '' }).toEqual({ ...ofSource[0], now: '' });
});

it('one that does not read delays nobody, and gets everything when it reads again', async () => {
  const query = '?to=topic:slow';
  const [slow, quick] = await Promise.all([
    follow({ query, token: token('slow') }).ready(),
    follow({ query, token: token('quick') }).ready(),
  ]);
  const before = await hub.metric('tidings_fell_behind_total');
  slow.socket.pause();
  const draft = { to: ['topic:slow'], title: 't', body: 'x'.repeat(8_000) };
  for (let i = 0; i < 60; i++) expect((await api.post(Array.from({ length: 20 }, () => draft))).status).toBe(201);
  await until('it is behind', async () => (await hub.metric('tidings_fell_behind_total')) > before);
  const { id } = await publish('live', 'topic:slow');
  await until('the other one has all', () => quick.ids.includes(id));
  expect(slow.ids.length).toBeLessThan(1_201);
  slow.socket.resume();
  await until('it has all', () => slow.ids.includes(id));
  expect(slow.ids).toEqual(quick.ids);
  for (const follower of [slow, quick]) follower.close();
});

it('addresses come and go, and a token is renewed, without a new connection', async () => {
  const follower = await follow({ query: '?to=topic:first', token: token('alice', { subscribe: ['topic:#'] }, 4 - leewaySeconds) }).ready();
  expect(await follower.ask({ n: 1, subscribe: { to: ['topic:second'] } })).toMatchObject({ to: ['topic:first', 'topic:second'] });
  expect(await follower.ask({ n: 2, unsubscribe: { to: ['topic:first'] } })).toMatchObject({ to: ['topic:second'] });
  expect(await follower.ask({ n: 3, token: token('bob') })).toHaveProperty('error.type', 'urn:tidings:problem:forbidden');
  expect(await follower.ask({ n: 4, token: token('alice', { subscribe: ['topic:second'] }) })).toHaveProperty('ok', 4);
  expect(await follower.ask({ n: 5, subscribe: { to: ['topic:first'] } })).toHaveProperty('error.type', 'urn:tidings:problem:forbidden');
  await publish('not any more', 'topic:first');
  await publish('now', 'topic:second');
  await until('the second', () => follower.entries.length === 1);
  expect(follower.entries[0]?.notification.title).toBe('now');
  follower.close();
});

it('it ends with its token: reauth, then 4401; and nobody comes in with one that is wrong', async () => {
  const brief = follow({ token: token('alice', {}, 2 - leewaySeconds) });
  const beside = await follow({ token: token('alice', {}) }).ready();
  await brief.ready();
  expect(await brief.ended(8_000)).toBe(4401);
  expect(brief.messages.at(-1)).toMatchObject({ event: 'reauth' });
  await publish('after the end', 'everyone');
  await until('the one beside goes on', () => beside.entries.length === 1);
  expect(brief.entries).toEqual([]);
  beside.close();

  for (const wrong of ['a.b.c', token('alice', {}, -leewaySeconds - 1)]) {
    const refused = follow({ token: wrong });
    await refused.ended();
    expect(refused.status).toBe(401);
  }
});

it('a foreign page opens none, whatever it comes with', async () => {
  const { ticket } = (await (await new Api(hub.url, token('alice')).call('/v1/tickets', { method: 'POST' })).json()) as { ticket: string };
  const foreign = ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null', hub.url.replace(/\d+$/, '1')];
  for (const origin of foreign) {
    for (const options of [{ token: token('alice') }, { query: `?ticket=${ticket}` }]) {
      const refused = follow({ ...options, headers: { origin } });
      await refused.ended();
      expect(refused.status, origin).toBe(403);
    }
  }
  const own = await follow({ token: token('alice'), headers: { origin: hub.url } }).ready();
  const shop = await follow({ query: `?ticket=${ticket}`, headers: { origin: listed } }).ready();
  expect(shop.told('hello')).toMatchObject({ user: 'alice' });
  for (const follower of [own, shop]) follower.close();
});

it('no bomb goes off: nothing is inflated, and what is too large is not kept', async () => {
  const before = hub.resources().residentBytes;
  const url = `${hub.url.replace(/^http/, 'ws')}/v1/ws`;
  const headers = { authorization: `Bearer ${token('bomber')}` };
  const polite = new WebSocket(url, { headers, perMessageDeflate: true });
  await new Promise((done) => polite.once('open', done));
  expect(polite.extensions).toBe('');
  polite.close();

  const deflated = frame(0xc1, deflateRawSync(Buffer.alloc(30 << 20))); // 30 MiB of zeros
  const endings = await Promise.all([
    ...Array.from({ length: 20 }, () => raw(headers, deflated)),
    ...Array.from({ length: 20 }, () => raw(headers, head(0x81, 2 ** 31))),
    ...Array.from({ length: 20 }, () => raw(headers, Buffer.concat([frame(0x01, Buffer.alloc(32 << 10)), frame(0x00, Buffer.alloc(1))]))),
  ]);
  expect(endings).toEqual([...Array(20).fill(1002), ...Array(40).fill(1009)]);
  expect(hub.resources().residentBytes - before).toBeLessThan(128 << 20);
});

it('the example follows, and comes back after a restart', async () => {
  const script = join(root, 'examples/websocket/follow.mjs');
  const child = spawn(process.execPath, ['--experimental-websocket', script, hub.url, 'topic:example', token('alice')]);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  try {
    await until(`it follows: ${said}`, () => said.includes('follows topic:example'));
    const sockets = await Promise.all([1, 2, 3].map((i) => follow({ token: token(`user-${i}`) }).ready()));
    expect(await hub.stop()).toBe(143);
    for (const socket of sockets) {
      expect(await socket.ended()).toBe(1012);
      expect(Number(socket.reason)).toBeGreaterThanOrEqual(1_000);
    }
    await hub.start();
    await publish('Hello again', 'topic:example');
    await until(`the title: ${said}`, () => said.includes('Hello again'));
  } finally {
    child.kill('SIGKILL');
  }
});

/** The head of a masked frame, whose mask is nought. */
function head(kind: number, length: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes[0] = kind;
  bytes[1] = 0x80 | 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  if (length < 126) return Buffer.from([kind, 0x80 | length, 0, 0, 0, 0]);
  if (length < 65_536) return Buffer.from([kind, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0]);
  return bytes;
}

const frame = (kind: number, payload: Buffer) => Buffer.concat([head(kind, payload.length), payload]);

/** Opens one without a library, sends these bytes, and answers the code that it is closed with. */
function raw(headers: Record<string, string>, bytes: Buffer): Promise<number> {
  return new Promise((done, fail) => {
    const socket: Socket = connect(hub.port, '127.0.0.1');
    const lines = { Host: `127.0.0.1:${hub.port}`, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers };
    socket.write(`GET /v1/ws?to=topic:bomb HTTP/1.1\r\n${Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    let got = Buffer.alloc(0);
    let sent = false;
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (!sent && got.includes('"event":"hello"')) {
        sent = true;
        socket.write(bytes);
      }
    });
    socket.on('end', () => {
      const at = got.lastIndexOf(0x88); // its close frame is the last thing that came
      done(got.readUInt16BE(at + 2));
    });
    socket.on('error', fail);
    socket.setTimeout(20_000, () => fail(new Error(`no end: ${got.toString('latin1')}`)));
  });
}
