import { copyFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gap } from '../../checker/evidence.ts';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { run } from '../../harness/process.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';

let hub: Hub;
let api: Api;
const cursors: string[] = [];

beforeAll(async () => {
  hub = await Hub.start();
  api = new Api(hub.url, token('shop'));
});
afterAll(() => hub?.kill());

const publish = async (name: string, count: number) => {
  for (let i = 0; i < count; i++) {
    cursors.push((await api.publish({ to: ['everyone'], title: `${name} ${i}`, data: { key: `${name}-${i}` } })).cursor);
  }
};

async function restore(copy: string): Promise<void> {
  await hub.kill();
  for (const end of ['', '-wal', '-shm']) rmSync(hub.database + end, { force: true });
  copyFileSync(copy, hub.database);
  await hub.start();
}

async function readFrom(lastEventId: string, until: string): Promise<{ keys: string[]; gaps: Gap[] }> {
  const reader = await new Subscriber(hub.url, { token: token('alice'), lastEventId, retryMs: 0 }).ready();
  await reader.has(until);
  reader.close();
  const gaps = reader.streams.flat().filter((frame): frame is Gap => frame.kind === 'gap');
  return { keys: reader.keys, gaps };
}

const keys = (name: string, from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${name}-${from + i}`);

describe('after the database was replaced by an older copy', () => {
  let shared: string;
  let ahead: string;
  let unknown: string;
  let unknownEpochCopy: string;

  beforeAll(async () => {
    await publish('kept', 20);
    const copy = `${hub.database}.copy`;
    await run('sqlite3', hub.database, `.backup ${copy}`);
    unknownEpochCopy = `${hub.database}.second`;
    copyFileSync(copy, unknownEpochCopy);
    await publish('lost', 20);
    shared = cursors[9] ?? '';
    ahead = cursors[39] ?? '';
    await restore(copy);
    await publish('new', 5);
  });

  it('a reader who is ahead of it gets a gap, and everything since the last shared position', async () => {
    const { keys: seen, gaps } = await readFrom(ahead, 'new-4');
    expect(gaps).toMatchObject([{ reason: 'epoch', from: { position: 40 }, to: { position: 20 } }]);
    expect(seen).toEqual(keys('new', 0, 5));
  });

  it('a reader who is behind it gets no gap, and nothing is missing', async () => {
    const { keys: seen, gaps } = await readFrom(shared, 'new-4');
    expect(gaps).toEqual([]);
    expect(seen).toEqual([...keys('kept', 10, 20), ...keys('new', 0, 5)]);
  });

  it('a history page from ahead says the same', async () => {
    const page = await api.page(`?after=${ahead}`);
    expect(page.gap).toMatchObject({ reason: 'epoch', from: ahead });
    expect(page.items.map((entry) => entry.notification.title)).toEqual(['new 0', 'new 1', 'new 2', 'new 3', 'new 4']);
  });

  it('no cursor is used twice', () => expect(new Set(cursors).size).toBe(cursors.length));

  it('a reader from an epoch that the copy never knew gets a gap and goes on from the end', async () => {
    unknown = cursors.at(-1) ?? '';
    await restore(unknownEpochCopy);
    const reader = await new Subscriber(hub.url, { token: token('alice'), lastEventId: unknown, retryMs: 0 }).ready();
    await publish('third', 1);
    await reader.has('third-0');
    reader.close();
    expect(reader.streams.flat().filter((f) => f.kind === 'gap')).toMatchObject([{ reason: 'epoch' }]);
    expect(reader.keys).toEqual(['third-0']);
    expect(new Set(cursors).size).toBe(cursors.length);
  });

  it.each(['nonsense', 'zzzzzzzz.7', '7'])('a Last-Event-ID of %s is a gap, never an error', async (lastEventId) => {
    const reader = await new Subscriber(hub.url, { token: token('alice'), lastEventId, retryMs: 0 }).ready();
    reader.close();
    expect(reader.status).toBe(200);
  });
});
