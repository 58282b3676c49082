import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { root } from '../../harness/paths.ts';
import { until } from '../../harness/until.ts';
import { blocks, documented, examples, type Script } from './blocks.ts';

let hub: Hub;
beforeAll(async () => {
  hub = await Hub.start({ dev: true });
});
afterAll(() => hub?.kill());

const limitMs = 60_000;
/** What goes on until it is interrupted; it has worked once it has said something. */
const endless = /\.\/tidings (serve|listen)\b|curl\b.*(\s-\w*N|\s--no-buffer)/;
const serves = /\.\/tidings serve\b/;
/** What this very run does. */
const thisRun = /^\.\/tidings (test|build)\b.*$/gm;

/**
 * Runs a script as a reader would, but for the port: where it speaks to the default hub it meets the
 * suite's, and where it starts one, that one has a port and a database of its own.
 */
async function execute(script: Script): Promise<void> {
  const text = script.text.replace(thisRun, ':').replace(/\b(localhost|127\.0\.0\.1):8080\b/g, `127.0.0.1:${hub.port}`);
  const own = serves.test(text)
    ? { TIDINGS_HTTP_PORT: String(await freePort()), TIDINGS_STORE_SQLITE: join(temporaryDir(), 'tidings.db') }
    : {};
  const child = spawn('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: root,
    detached: true, // a group of its own, so that all of it can be ended
    env: { ...process.env, TIDINGS_HUB: hub.url, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const worked = () => (serves.test(text) ? /^ready on /m.test(output) : endless.test(text) && output !== '');
  try {
    await until(`the end of ${script.name}`, () => child.exitCode !== null || worked(), limitMs);
    if (child.exitCode !== null) expect(child.exitCode, `${text}\n\n${output}`).toBe(0);
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }
}

const scripts = documented();
const curl = examples();

it('there is something to run', () => {
  expect(scripts.map((script) => script.name.split(':')[0])).toContain('README.md');
  expect(curl).not.toEqual([]);
});

if (scripts.length > 0) {
  describe('every sh block of the documents works', () => {
    it.each(scripts)('$name', { timeout: limitMs + 10_000 }, execute);
  });
}

if (curl.length > 0) {
  describe('every example works', () => {
    it.each(curl)('$name', { timeout: limitMs + 10_000 }, execute);
  });
}

describe('a block', () => {
  it('is a script if its fence says sh', () => {
    expect(blocks('a.md', 'x\n```sh\nls\npwd\n```\n```text\nno\n```\n')).toEqual([{ name: 'a.md:2', text: 'ls\npwd' }]);
  });

  it('may hold shorter fences', () => {
    expect(blocks('a.md', '````sh\ncat <<X\n```\nX\n````\n')).toHaveLength(1);
  });
});
