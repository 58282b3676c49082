import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { launcher } from '../../harness/paths.ts';
import { run } from '../../harness/process.ts';
import { everything, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

let hub: Hub;
let listener: ChildProcess;
let heard = '';
let remarks = '';

beforeAll(async () => {
  hub = await Hub.start();
  const watcher = token('alice', { ...everything, presence: true });
  const args = ['listen', '--hub', hub.url, '--token', watcher, '--json', '--to', 'topic:shop.#', '--presence'];
  listener = spawn(launcher, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  listener.stdout?.on('data', (chunk: Buffer) => void (heard += chunk.toString()));
  listener.stderr?.on('data', (chunk: Buffer) => void (remarks += chunk.toString()));
  await until('it listens', async () => (await hub.metric('tidings_streams')) === 1);
});
afterAll(async () => {
  listener?.kill('SIGKILL');
  await hub?.kill();
});

const publish = (title: string, ...more: string[]) =>
  run(launcher, 'publish', '--hub', hub.url, '--token', token('shop'), '--to', 'topic:shop.orders', '--title', title, ...more);
const titles = () =>
  heard
    .split('\n')
    .filter((line) => line.includes('"notification"'))
    .map((line) => (JSON.parse(line) as { notification: { title: string } }).notification.title);

it('what publish sends is heard by listen, also across kill -9 and a restart', async () => {
  expect(await publish('Order 1 placed')).toMatch(/[0-9a-f-]{36}/);
  await until('it is heard', () => titles().length === 1);
  await hub.kill();
  await hub.start();
  await publish('Order 2 placed', '--ref', 'two');
  await publish('Order 2 placed', '--ref', 'two');
  await publish('Order 3 placed', '--level', 'warning');
  await until('all is heard', () => titles().length >= 3, 30_000);
  expect(titles()).toEqual(['Order 1 placed', 'Order 2 placed', 'Order 3 placed']);
  expect(remarks).not.toMatch(/^\s+at /m);
});

it('in a terminal levels are coloured, unless NO_COLOR says otherwise', async () => {
  await publish('Disk almost full', '--level', 'warning', '--type', 'disk');
  const listen = `${launcher} listen --hub ${hub.url} --token ${token('alice')} --to topic:shop.# --type disk --after earliest --count 1`;
  const inTerminal = (noColour: string) => run('env', `NO_COLOR=${noColour}`, 'TERM=xterm', 'script', '-qec', listen, '/dev/null');
  expect(await inTerminal('')).toContain('\u001b[33mwarning  Disk almost full\u001b[0m');
  expect(await inTerminal('1')).not.toContain('\u001b[33m');
});

it('what is beyond ASCII arrives as it was written, in the C locale too', async () => {
  const title = 'Größe 7 für 日本';
  const args = ['publish', '--hub', hub.url, '--token', token('shop'), '--to', 'topic:cities', '--title', title];
  await run('env', '-u', 'LC_ALL', '-u', 'LC_CTYPE', '-u', 'LANG', launcher, ...args, '--ref', 'unset');
  await run('env', 'LC_ALL=C', launcher, ...args, '--ref', 'c');
  const { items } = await new Api(hub.url, token('auditor')).page('?limit=500&to=topic:cities');
  expect(items.map((entry) => entry.notification.title)).toEqual([title, title]);
});

it('listen tells those who may know who comes', async () => {
  const bob = await fetch(`${hub.url}/v1/stream`, { headers: { authorization: `Bearer ${token('bob')}` } });
  await until(`bob has come, in:\n${heard}`, () => heard.includes('"data":{"user":"bob","present":true}'));
  await bob.body?.cancel();
  const unasked = run(launcher, 'listen', '--hub', hub.url, '--token', token('bob'), '--presence');
  await expect(unasked).rejects.toThrow(/403/);
});

it('publish says what is wrong and ends with an error', async () => {
  await expect(publish('', '--level', 'fatal')).rejects.toThrow(/level|title/);
  await expect(run(launcher, 'publish', '--hub', hub.url, '--to', 'everyone', '--title', 'x')).rejects.toThrow(/401|token|authenticated/i);
});
