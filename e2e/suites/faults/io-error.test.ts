import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Api, type Problem } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { failingDisk } from '../../harness/preload.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const kept = 2_000;
const everyone = { to: ['everyone'] };

let hub: Hub;
let api: Api;
let fault: string;
beforeEach(async () => {
  fault = join(temporaryDir(), 'fault');
  hub = await Hub.start({ env: failingDisk(fault) });
  api = new Api(hub.url, token('shop'));
  for (let i = 0; i < kept; i += 500) {
    const drafts = Array.from({ length: 500 }, (_, n) => ({ ...everyone, title: `kept ${i + n}`, ref: `kept-${i + n}`, body: 'x'.repeat(500) }));
    expect((await api.post(drafts)).status).toBe(201);
  }
  await hub.stop();
  await hub.start(); // so that little of the database is in memory
});
afterEach(() => hub?.kill());

const titled = async (title: string) => (await api.history()).filter((entry) => entry.notification.title === title).length;
const indexed = async () => {
  const page = await fetch(`${hub.url}/v1/inbox?q=before`, { headers: { authorization: `Bearer ${token('shop')}` } });
  return ((await page.json()) as { indexed: string }).indexed;
};
const readiness = async () => (await fetch(`${hub.url}/health/ready`)).status;

describe('an I/O error of the disk', () => {
  it('before the commit: publishing is 503, reading goes on, and publishing resumes by itself', async () => {
    writeFileSync(fault, 'r');
    const refused = await api.post({ ...everyone, title: 'refused', ref: 'refused' });
    expect(refused.status).toBe(503);
    expect(((await refused.json()) as Problem).type).toBe('urn:tidings:problem:unavailable');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await readiness()).toBe(503);

    expect(await api.history()).toHaveLength(kept);
    const reader = await new Subscriber(hub.url, { query: '?after=earliest', token: token('alice') }).ready();
    await reader.has(`kept ${kept - 1}`);

    rmSync(fault);
    await until('publishing resumes', async () => (await api.post({ ...everyone, title: 'after', ref: 'after' })).status === 201);
    await reader.has('after');
    reader.close();
    expect(await readiness()).toBe(200);
    expect(await titled('refused')).toBe(0);
    await hub.stop();
    expect(hub.integrity()).toBe('ok');
  });

  it('in a commit: the outcome is unknown and the process stops; a retry makes one entry', async () => {
    const draft = { ...everyone, title: 'doubtful', ref: 'doubtful' };
    const { cursor } = (await (await api.post({ ...everyone, title: 'before', ref: 'before' })).json()) as { cursor: string };
    await until('the full text has it', async () => (await indexed()) === cursor); // its commit would meet the fault first
    writeFileSync(fault, 'w');
    const answer = await api.post(draft).catch(() => undefined);
    if (answer !== undefined) {
      expect(answer.status).toBe(500);
      expect(((await answer.json()) as Problem).type).toBe('urn:tidings:problem:outcome-unknown');
    }
    await hub.ended();
    rmSync(fault);
    await hub.start();
    expect((await api.post(draft)).status).toBe(201);
    expect(await titled('doubtful')).toBe(1);
    expect(await titled('before')).toBe(1);
    expect(await api.history()).toHaveLength(kept + 2);
    await hub.stop();
    expect(hub.integrity()).toBe('ok');
  });
});
