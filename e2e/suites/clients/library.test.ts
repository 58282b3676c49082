import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { javaHome } from '../../harness/jdk.ts';
import { Load } from '../../harness/load.ts';
import { root } from '../../harness/paths.ts';
import { everything, forge, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

/** The Java library on the oldest Java that it promises to run on: Smoke.java, compiled here for that. */
const dir = temporaryDir();
const tokenFile = join(dir, 'token');
const jars = `${join(root, 'server', 'target', 'lib')}/*`; // the library's and Jackson's are used, of them all
let hub: Hub;
let program: ChildProcess;
let said = '';

beforeAll(async () => {
  hub = await Hub.start();
  const javac = join(javaHome(17, { orLater: true, program: 'javac' }), 'bin', 'javac');
  const source = fileURLToPath(new URL('Smoke.java', import.meta.url));
  execFileSync(javac, ['--release', '17', '-proc:none', '-cp', jars, '-d', dir, source]);
  writeFileSync(tokenFile, signed('one'));
  program = spawn(join(javaHome(17), 'bin', 'java'), ['-cp', `${dir}:${jars}`, 'Smoke', hub.url, tokenFile]);
  program.stdout?.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  program.stderr?.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  await until('it listens', () => heard('hello').length === 1);
}, 120_000);
afterAll(async () => {
  program?.kill('SIGKILL');
  await hub?.kill();
});

const signed = (jti: string) => forge({ claims: { sub: 'alice', jti, tidings: { ...everything, presence: true } } });
const heard = (what: string) =>
  said
    .split('\n')
    .filter((line) => line.startsWith(`${what} `))
    .map((line) => line.slice(what.length + 1));

/** Gives an order, and waits for one more line of a sort. */
async function order(line: string, what: string): Promise<string> {
  const before = heard(what).length;
  program.stdin?.write(`${line}\n`);
  await until(`${what} after ${line}, in:\n${said}`, () => heard(what).length > before);
  return heard(what).at(-1) ?? '';
}

it('runs on Java 17', () => expect(heard('java')).toEqual(['17']));

it('hears once and in order what was published around a kill -9', { timeout: 60_000 }, async () => {
  const load = new Load(new Api(hub.url, token('shop')), 'before', [['topic:shop.orders'], ['user:alice']]);
  load.start(2);
  await until('fifty acknowledgements', () => load.acknowledged().length >= 50);
  await hub.kill();
  await load.stop();
  await hub.start();
  const { id } = await new Api(hub.url, token('shop')).publish({ to: ['everyone'], title: 'The last' });
  await until('the last one', () => heard('heard').includes(id), 30_000);
  const log = await new Api(hub.url, signed('reader')).history('');
  const kept = log.map((entry) => entry.notification);
  expect(heard('heard')).toEqual(kept.map((n) => n.id));
  const titles = new Set(kept.map((n) => n.title));
  for (const { key } of load.acknowledged()) expect(titles).toContain(`Order ${key} placed`);
  expect(heard('gap')).toEqual([]);
});

it('a publish waits for a hub that is away, and is stored once', { timeout: 60_000 }, async () => {
  await hub.kill();
  const published = order('publish order-1', 'published');
  await hub.start();
  const id = await published;
  expect(await order('publish order-1', 'published')).toBe(id);
  await until('it is heard', () => heard('heard').filter((it) => it === id).length === 1, 30_000);
  expect(await order('publish-many pair', 'published')).toBe('2');
});

it('reads and marks the inbox', async () => {
  expect(await order('read-all', 'rev')).toMatch(/^\d+$/);
  const { id } = await new Api(hub.url, token('shop')).publish({ to: ['user:alice'], title: 'For you' });
  expect(await order('summary', 'summary')).toMatch(/^1 of rev \d+$/);
  expect(await order('unread', 'unread')).toBe(`${id} direct`);
  expect(await order(`read ${id}`, 'missing')).toBe('[none]');
  expect(await order('summary', 'summary')).toMatch(/^0 of rev \d+$/);
});

it('knows who listens, and hears who comes', async () => {
  expect(await order('present bob', 'present')).toBe('0');
  const bob = await fetch(`${hub.url}/v1/stream`, { headers: { authorization: `Bearer ${token('bob')}` } });
  await until(`bob has come, in:\n${said}`, () => heard('presence').includes('bob true'));
  expect(await order('present bob', 'present')).toBe('1');
  await bob.body?.cancel();
});

it('goes on with the next token when one is taken back', { timeout: 60_000 }, async () => {
  const hellos = heard('hello').length;
  writeFileSync(tokenFile, signed('two'));
  const end = new Date(Date.now() + 3_700_000).toISOString();
  const answer = await new Api(hub.url, token('operator', { operate: true })).call('/v1/revocations', {
    method: 'POST',
    body: JSON.stringify({ jti: 'one', until: end }),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(204);
  await until('it is back', () => heard('reauth').length === 1 && heard('hello').length > hellos);
  const { id } = await new Api(hub.url, token('shop')).publish({ to: ['user:alice'], title: 'Still there?' });
  await until('it hears', () => heard('heard').filter((it) => it === id).length === 1);
});

it('ends when it is told to', async () => {
  program.stdin?.end();
  await until(`its end, in:\n${said}`, () => program.exitCode !== null);
  expect(heard('closed')).toHaveLength(1);
  expect(program.exitCode).toBe(0);
});
