import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const streams = 60;

describe('on SIGTERM', () => {
  let hub: Hub;
  const endedAt: number[] = [];
  const readers: Subscriber[] = [];
  let load: Load;
  let exitCode: number | null;
  /** What health said instead of ready; undefined if it took no connection any more. */
  let unready: number | undefined;

  beforeAll(async () => {
    hub = await Hub.start({ http: { 'drain-timeout': '3s' } });
    for (let i = 0; i < streams; i++) {
      const reader = new Subscriber(hub.url, { name: `reader ${i}`, token: token('alice'), retryMs: 0 });
      readers.push(reader);
    }
    await Promise.all(readers.map((reader) => reader.ready()));
    load = new Load(new Api(hub.url, token('shop')), 'stop', [['everyone']]);
    load.start(8);
    await until('100 acknowledgements', () => load.acknowledged().length >= 100);
    hub.signal('SIGTERM');
    const began = performance.now();
    for (const reader of readers) {
      void until(`the end of ${reader.name}`, () => reader.ended).then(() => endedAt.push(performance.now() - began));
    }
    const probe = until('it is not ready', async () => {
      const answer = await fetch(`${hub.url}/health/ready`).catch(() => undefined);
      if (answer?.ok) return false;
      unready = answer?.status;
      return true;
    });
    exitCode = await hub.stop();
    await Promise.all([probe, load.stop()]);
    await until('the end of every stream', () => endedAt.length === streams);
  });
  afterAll(async () => {
    for (const reader of readers) reader.close();
    await hub?.kill();
  });

  it('it ends by itself, without an error', () => expect([0, 143]).toContain(exitCode));

  it('it is not ready any more, or takes no connection', () => expect([503, undefined]).toContain(unready));

  it('every stream ends with a retry of 1 to 10 s, and not all with the same', () => {
    const retries = readers.map((reader) => reader.raw.at(-1)?.retry ?? 0);
    for (const retry of retries) {
      expect(retry).toBeGreaterThanOrEqual(1_000);
      expect(retry).toBeLessThanOrEqual(10_000);
    }
    expect(new Set(retries).size).toBeGreaterThan(streams / 4);
  });

  it('streams end one after the other, not all at once', () => {
    expect(Math.max(...endedAt) - Math.min(...endedAt)).toBeGreaterThan(300);
  });

  it('publishes that were under way are finished: what got no answer is not stored', async () => {
    await hub.start();
    const keys = (await new Api(hub.url, token('shop')).history()).map((e) => String(e.notification.data?.['key']));
    const by = (outcome: string) => load.published.filter((p) => p.outcome === outcome).map((p) => p.key);
    expect(keys).toEqual(expect.arrayContaining(by('ok')));
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
