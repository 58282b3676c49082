import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressedTo, check } from '../../checker/check.ts';
import type { Published } from '../../checker/evidence.ts';
import { Api, arrival, type Problem } from '../../harness/api.ts';
import { freePort, temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { smallDisk, type Mount } from '../../harness/mount.ts';
import { slowSync } from '../../harness/preload.ts';
import { run } from '../../harness/process.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

describe('when the disk is full', () => {
  let disk: Mount;
  let hub: Hub;
  beforeAll(async () => {
    disk = await smallDisk(16 * 1024 * 1024);
    writeFileSync(join(disk.dir, 'ballast'), Buffer.alloc(6 * 1024 * 1024));
    hub = await Hub.start({ dir: disk.dir });
  });
  afterAll(async () => {
    await hub?.kill();
    await disk?.close();
  });

  it('publishing is 503 storage-full, reading goes on, and publishing resumes when there is room', async () => {
    const api = new Api(hub.url, token('shop'));
    const before = hub.resources();
    const reader = await new Subscriber(hub.url, { name: 'alice', token: token('alice') }).ready();
    const published: Published[] = [];
    const attempt = async (key: string) => {
      published.push(await api.attempt(key, { to: ['everyone'], title: key, body: 'x'.repeat(8_000) }));
      return published.at(-1)?.outcome;
    };
    for (let i = 0; (await attempt(`fill-${i}`)) === 'ok'; i++) expect(i).toBeLessThan(3_000);
    expect(published.at(-1)?.outcome).toBe('failed');

    const refused = await api.post({ to: ['everyone'], title: 'Too much', body: 'x'.repeat(8_000) });
    expect(refused.status).toBe(503);
    expect(((await refused.json()) as Problem).type).toBe('urn:tidings:problem:storage-full');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

    expect((await api.page('?after=earliest&limit=10')).items).toHaveLength(10);
    const late = await new Subscriber(hub.url, { query: '?after=earliest', token: token('bob') }).ready();
    await late.has('fill-0');
    late.close();
    expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);

    rmSync(join(disk.dir, 'ballast'));
    await until('publishing resumes', async () => (await attempt(`after-${published.length}`)) === 'ok');
    await reader.has(published.at(-1)?.key ?? '');
    const log = (await api.history()).map(arrival);
    const after = hub.resources();
    reader.close();
    await hub.stop();
    expect(
      check({
        published,
        log,
        readers: [{ ...reader.log(), entitled: addressedTo('everyone') }],
        marksAcknowledged: [],
        marksFound: [],
        integrity: hub.integrity(),
        before,
        after,
      }),
    ).toEqual([]);
  });
});

describe('the database', () => {
  let hub: Hub;
  let api: Api;
  beforeAll(async () => {
    hub = await Hub.start();
    api = new Api(hub.url, token('shop'));
    for (let i = 0; i < 50; i++) await api.publish({ to: ['everyone'], title: `Order ${i} placed` });
  });
  afterAll(() => hub?.kill());

  it('held by a foreign process makes publishing a 503 after a bounded wait, and it resumes', async () => {
    const foreign = spawn('sqlite3', [hub.database], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    foreign.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    foreign.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    foreign.stdin.write('begin immediate;\n.print held\n');
    await until('the foreign process has its answer', () => said.includes('held'));
    const kept = said.includes('locked'); // a hub that lets nobody else in at all
    const began = performance.now();
    const response = await api.post({ to: ['everyone'], title: 'While locked' });
    const waitedMs = performance.now() - began;
    foreign.kill('SIGKILL');
    if (kept) {
      expect(response.status).toBe(201);
    } else {
      expect(response.status).toBe(503);
      expect(((await response.json()) as Problem).type).toBe('urn:tidings:problem:unavailable');
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(waitedMs).toBeLessThan(15_000);
    }
    await until('publishing resumes', async () => (await api.post({ to: ['everyone'], title: 'Unlocked' })).status === 201);
    const titles = (await api.history()).map((entry) => entry.notification.title);
    expect(titles.filter((title) => title === 'While locked')).toHaveLength(kept ? 1 : 0);
  });

  it('is refused to a second process, which names the file', async () => {
    const second = await Hub.prepare({ dir: hub.dir, port: await freePort() });
    const { code, said } = await second.refusal();
    expect(code).not.toBe(0);
    expect(said).toContain(hub.database);
    expect(said).not.toMatch(/^\s+at /m);
    expect((await api.post({ to: ['everyone'], title: 'The first still writes' })).status).toBe(201);
  });

  it('is checked at the start: a damaged header is refused with file and remedy', async () => {
    await hub.stop();
    const file = openSync(hub.database, 'r+');
    writeSync(file, 'Not what SQLite writes there', 0);
    closeSync(file);
    const { code, said } = await hub.refusal();
    expect(code).not.toBe(0);
    expect(said).toContain(hub.database);
    expect(said).toMatch(/restore|backup/i);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('is checked at the start: a hole in the newest positions is refused with file and remedy', async () => {
    const holed = await Hub.start({ dir: temporaryDir() });
    const writer = new Api(holed.url, token('shop'));
    for (let i = 0; i < 10; i++) await writer.publish({ to: ['everyone'], title: `Order ${i} placed` });
    await holed.stop();
    await run('sqlite3', holed.database, 'delete from log where position = 5');
    const { code, said } = await holed.refusal();
    expect(code).not.toBe(0);
    expect(said).toContain(holed.database);
    expect(said).toMatch(/restore|backup/i);
  });
});

it('on a slow disk, beside a backup, the write-ahead log stays bounded and nothing is refused', { timeout: 240_000 }, async () => {
  const mebi = 2 ** 20;
  const hub = await Hub.start({ env: slowSync(20) });
  const api = new Api(hub.url, token('shop'));
  const walBytes = () => statSync(`${hub.database}-wal`).size;
  let sent = 0;
  let walBytesMax = 0;
  const publishSome = async (requests: number) => {
    for (let i = 0; i < requests; i++) {
      const batch = Array.from({ length: 100 }, () => ({ to: ['everyone'], title: `n${sent++}`, body: 'x'.repeat(8_000) }));
      expect((await api.post(batch)).status).toBe(201);
      walBytesMax = Math.max(walBytesMax, walBytes());
    }
  };
  await publishSome(20);
  const before = sent;
  const copy = join(temporaryDir(), 'copy.db');
  const backup = run('sqlite3', hub.database, '.timeout 10000', `.backup ${copy}`);
  await Promise.all([backup, publishSome(60)]);
  await publishSome(80);
  await hub.stop();

  console.log(`the write-ahead log took up to ${(walBytesMax / mebi).toFixed(0)} MiB of ${(statSync(hub.database).size / mebi).toFixed(0)} MiB written`);
  expect(statSync(hub.database).size).toBeGreaterThan(120 * mebi);
  expect(walBytesMax).toBeLessThan(100 * mebi);
  expect((await run('sqlite3', copy, 'pragma integrity_check')).trim()).toBe('ok');
  expect(Number(await run('sqlite3', copy, 'select count(*) from log'))).toBeGreaterThanOrEqual(before);
});
