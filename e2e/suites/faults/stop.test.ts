import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const streams = 120;
const drainMs = 4_000;

describe('on SIGTERM', () => {
  let hub: Hub;
  const endedAt: number[] = [];
  const readers: Subscriber[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let load: Load;
  let slow: SlowPublish;
  let exitCode: number | null;
  let before: Health;
  /** What an open connection was told once no new one was taken, and how many streams had ended by then. */
  let during: Health;
  let endedBefore: number;
  let refusedAfterMs: number;

  beforeAll(async () => {
    hub = await Hub.start({ http: { 'drain-timeout': `${drainMs}ms` } });
    for (let i = 0; i < streams; i++) {
      const reader = new Subscriber(hub.url, { name: `reader ${i}`, token: token('alice'), retryMs: 0 });
      readers.push(reader);
    }
    await Promise.all(readers.map((reader) => reader.ready()));
    load = new Load(new Api(hub.url, token('shop')), 'stop', [['everyone']]);
    load.start(8);
    await until('100 acknowledgements', () => load.acknowledged().length >= 100);
    slow = new SlowPublish(hub.port, { to: ['everyone'], title: 'Sent slowly', data: { key: 'slow' } });
    await slow.begun;
    before = await ready(hub, agent);
    hub.signal('SIGTERM');
    const began = performance.now();
    for (const reader of readers) {
      void until(`the end of ${reader.name}`, () => reader.ended).then(() => endedAt.push(performance.now() - began));
    }
    await until('no new connection is taken', () => refused(hub.port));
    refusedAfterMs = performance.now() - began;
    endedBefore = endedAt.length;
    during = await ready(hub, agent);
    slow.finish();
    exitCode = await hub.stop();
    await load.stop();
    await until('the end of every stream', () => endedAt.length === streams);
  });
  afterAll(async () => {
    for (const reader of readers) reader.close();
    agent.destroy();
    await hub?.kill();
  });

  it('it ends by itself, without an error', () => expect([0, 143]).toContain(exitCode));

  it('it is not ready, and takes no connection, before streams end', () => {
    expect(before).toMatchObject({ code: 200, status: 'ready' });
    expect(during).toEqual({ code: 503, status: 'unavailable', reusedSocket: true });
    expect(endedBefore).toBeLessThan(streams / 2);
    expect(refusedAfterMs).toBeLessThan(drainMs / 4);
  });

  it('a publish whose body was still being sent is finished', async () => {
    expect(slow.answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(slow.answer).toMatch(/^connection: close\r$/im);
  });

  it('every stream ends with a retry of 1 to 10 s, and not all with the same', () => {
    const retries = readers.map((reader) => reader.raw.at(-1)?.retry ?? 0);
    for (const retry of retries) {
      expect(retry).toBeGreaterThanOrEqual(1_000);
      expect(retry).toBeLessThanOrEqual(10_000);
    }
    expect(new Set(retries).size).toBeGreaterThan(streams / 4);
  });

  it('streams end one after the other, not all at once', () => {
    endedAt.sort((a, b) => a - b);
    expect((endedAt.at(-1) ?? 0) - (endedAt[0] ?? 0)).toBeGreaterThan(drainMs / 2);
    const third = endedAt.filter((ms) => ms < (endedAt[0] ?? 0) + drainMs / 4);
    expect(third.length, 'those that ended in the first third').toBeLessThan(streams / 2);
  });

  it('publishes that were under way are finished: what got no answer is not stored', async () => {
    await hub.start();
    const keys = (await new Api(hub.url, token('shop')).history()).map((e) => String(e.notification.data?.['key']));
    const by = (outcome: string) => load.published.filter((p) => p.outcome === outcome).map((p) => p.key);
    expect(keys).toEqual(expect.arrayContaining([...by('ok'), 'slow']));
    expect(by('unknown').filter((key) => keys.includes(key))).toEqual([]);
    expect(by('failed').filter((key) => keys.includes(key))).toEqual([]);
  });
});

describe('a reader that takes nothing', () => {
  it('is closed after the stall time-out, and resumes by its cursor', async () => {
    const hub = await Hub.start({ http: { 'stall-timeout': '2s', heartbeat: '1s' } });
    const api = new Api(hub.url, token('shop'));
    const reader = await new Subscriber(hub.url, { token: token('alice'), name: 'stalled' }).ready();
    reader.pause();
    const body = 'x'.repeat(8_000);
    const batch = Array.from({ length: 100 }, (_, i) => ({ to: ['everyone'], title: `${i}`, body }));
    for (let i = 0; i < 10; i++) expect((await api.post(batch)).status).toBe(201);
    const last = await api.attempt('the-last', { to: ['everyone'], title: 'The last' });
    await until('it is closed', async () => (await streamsOpen(hub)) === 0);
    reader.resume();
    await reader.has(last.key);
    expect(reader.arrivals).toHaveLength(1_001);
    expect(reader.streams.length).toBeGreaterThan(1);
    reader.close();
    await hub.kill();
  });
});

const streamsOpen = (hub: Hub) => hub.metric('tidings_streams');

interface Health {
  code: number | undefined;
  status: string;
  /** Whether it was asked on a connection that had been open before. */
  reusedSocket: boolean;
}

/** Asks whether the hub is ready, on the agent's one connection. */
function ready(hub: Hub, agent: Agent): Promise<Health> {
  return new Promise((done, fail) => {
    const outgoing = request(`${hub.url}/health/ready`, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => void (body += chunk));
      response.on('end', () => {
        const { status } = JSON.parse(body) as { status: string };
        done({ code: response.statusCode, status, reusedSocket: outgoing.reusedSocket });
      });
    });
    outgoing.on('error', fail).end();
  });
}

/** Whether a new connection is refused. */
function refused(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => (socket.destroy(), done(false)));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'));
  });
}

/** A publish of which half the body is sent at once, and the rest when it is told so. */
class SlowPublish {
  answer = '';
  /** Done once the hub reads the body. */
  readonly begun: Promise<unknown>;
  readonly #socket: Socket;
  readonly #rest: string;

  constructor(port: number, draft: object) {
    const body = JSON.stringify(draft);
    this.#rest = body.slice(body.length / 2);
    this.#socket = connect(port, '127.0.0.1').on('error', () => {});
    this.#socket.setEncoding('utf8').on('data', (chunk: string) => void (this.answer += chunk));
    const head = [
      'POST /v1/notifications HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${token('shop')}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
    ];
    this.#socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, body.length / 2)}`);
    this.begun = until('the hub asks for the body', () => this.answer.includes('100 Continue')).then(() => (this.answer = ''));
  }

  finish(): void {
    this.#socket.write(this.#rest);
  }
}
