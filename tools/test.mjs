// The tests behind `./tidings test`: picks suites, runs them, and adds up what their reports say.
//
// A suite is a Maven module, the page (web), or a folder in e2e/suites. A suite that runs no test,
// a skipped test and a leaked Netty buffer are failures: nothing passes by not being tested.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensurePackages } from './packages.mjs';
import { readSurefire, readVitest } from './reports.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const reports = 'target/test';
const modules = ['core', 'store', 'gates', 'auth', 'http', 'rabbitmq', 'server'];
const e2e = existsSync('e2e/suites') ? readdirSync('e2e/suites').sort() : [];
const known = [...modules, 'web', ...e2e];
const withoutBrokerAndBrowser = ['core', 'store', 'gates', 'auth', 'http', 'web'];

const usage = `./tidings test [--install] [--fast] [--long] [SUITE…]

  --install  first install the Debian packages that the tests need (as root; starts no service)
  --fast     only the suites without a broker or a browser: ${withoutBrokerAndBrowser.join(' ')}
  --long     with the long rounds

Suites (all by default): ${known.join(' ')}; "e2e" is all of: ${e2e.join(' ')}
Reports: ${reports}/. With TIDINGS_ALLOW_SKIPS=1 a skipped test does not fail the run.`;

function choose() {
  const { values: options, positionals: names } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(['install', 'fast', 'long', 'help'].map((name) => [name, { type: 'boolean' }])),
  });
  const unknown = names.filter((name) => ![...known, 'e2e'].includes(name));
  if (unknown.length > 0) throw new Error(`no suite "${unknown.join('", "')}" (expected any of: ${known.join(' ')} e2e)`);
  const wanted = names.flatMap((name) => (name === 'e2e' ? e2e : [name]));
  const suites = known
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .filter((name) => !options.fast || withoutBrokerAndBrowser.includes(name));
  if (suites.length === 0) throw new Error(`--fast leaves none of: ${names.join(' ')}`);
  return { ...options, suites };
}

function neededPackages(suites) {
  const needed = new Set();
  if (suites.some((name) => name === 'rabbitmq' || name === 'server')) needed.add('rabbitmq-server');
  if (suites.some((name) => e2e.includes(name))) {
    for (const name of ['rabbitmq-server', 'chromium', 'firefox-esr']) needed.add(name);
  }
  return needed;
}

/** Runs a command with its output in a file, and tells each line to `onLine`. Resolves to its exit code. */
function run(command, args, { log, cwd = '.', env = {}, onLine = () => {} }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const file = createWriteStream(log, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      onLine(line);
    });
  }
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((done, fail) => {
    child.on('error', fail).on('close', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      file.end();
      if (signal === 'SIGINT' || signal === 'SIGTERM') process.exit(130);
      done(code);
    });
  });
}

const longRounds = (long) => (long ? { TIDINGS_TEST_LONG: '1' } : {});

const total = { passed: 0, failed: 0, skipped: 0 };

/** Prints and adds one suite. `trouble` is what else went wrong, beside failed tests. */
function report(name, seconds, counts, trouble) {
  const { passed, skipped } = counts;
  const problems = [...counts.failures];
  if (trouble) problems.push(trouble);
  if (passed + counts.failed + skipped === 0) problems.push(`suite ${name} ran no test`);
  const failed = problems.length; // trouble counts as a failed test
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s` +
      `  ${passed} passed, ${failed} failed, ${skipped} skipped`,
  );
  for (const problem of problems) console.log(problem.split('\n').slice(0, 30).join('\n').replace(/^/gm, '     '));
}

/** Runs modules in one Maven, which also checks the format and that bench compiles when all are asked for. */
async function runModules(suites, long) {
  const log = `${reports}/maven.log`;
  const all = suites.length === modules.length;
  const args = ['-B', '-ntp', '-Dmaven.test.failure.ignore', 'verify'];
  if (!all) {
    args.push('-pl', suites.join(), '-am', '-Dsurefire.failIfNoSpecifiedTests=false');
    args.push(`-Dtest=${suites.map((name) => `tidings/${name}/**/*Test`).join()}`);
  }
  if (long) args.push('-DexcludedGroups=');
  for (const name of modules) rmSync(`${name}/target/surefire-reports`, { recursive: true, force: true });

  // One stretch of Maven's output is one goal: "--- maven-surefire-plugin:3.5.4:test (default-test) @ tidings-core ---".
  let suite;
  let started = 0;
  let troubles = [];
  const unseen = new Set(suites);
  const finish = () => {
    if (!suite) return;
    unseen.delete(suite);
    const counts = readSurefire(`${suite}/target/surefire-reports`);
    // Surefire's own errors: the tests' JVM crashed, for example.
    const trouble = counts.failed > 0 ? troubles.filter((line) => line.includes('LEAK')) : troubles;
    report(suite, (Date.now() - started) / 1000, counts, trouble.join('\n'));
    suite = undefined;
  };
  const code = await run('mvn', args, {
    log,
    env: longRounds(long),
    onLine: (line) => {
      const goal = line.match(/^\[INFO\] --- .*?:(\w+) \(.*\) @ tidings-(\w+) ---/) ?? line.match(/^\[INFO\] -{70}/);
      if (goal) finish();
      if (goal?.[1] === 'test' && suites.includes(goal[2])) {
        [suite, started, troubles] = [goal[2], Date.now(), []];
      } else if (line.startsWith('[ERROR]') || /\bLEAK: /.test(line)) troubles.push(line);
    },
  });
  finish();
  if (code !== 0) {
    const errors = readFileSync(log, 'utf8').match(/^\[(ERROR|WARNING)\] .*(?<!\[ERROR\] )$/gm) ?? [];
    console.log(`mvn verify failed (${log}):\n${errors.slice(0, 20).join('\n')}`);
    total.failed++;
  }
  const none = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of unseen) report(name, 0, none);
}

async function runVitest(name, { cwd, filter, check, long }) {
  const log = `${reports}/${name}.log`;
  const json = resolve(`${reports}/${name}.json`);
  const started = Date.now();
  const broken = check && (await run('npm', ['run', '--silent', check], { log, cwd }));
  const code = await run('npx', ['vitest', 'run', ...filter, '--reporter=default', '--reporter=json', `--outputFile.json=${json}`], { log, cwd, env: longRounds(long) });
  const counts = readVitest(json);
  const trouble = broken || (code !== 0 && counts.failed === 0) ? `${readFileSync(log, 'utf8').split('\n').slice(-25).join('\n')}\n(${log})` : undefined;
  report(name, (Date.now() - started) / 1000, counts, trouble);
}

function openClauses() {
  const rows = readdirSync('docs/acceptance')
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => readFileSync(`docs/acceptance/${file}`, 'utf8').split('\n'))
    .filter((line) => /^\|.*\|$/.test(line) && !/^\|( clause \||-)/.test(line));
  const open = rows.filter((row) => /\|\s*\|$/.test(row));
  return `acceptance: ${open.length} of ${rows.length} clauses are open`;
}

async function main() {
  const { suites, install, long, help } = choose();
  if (help) return console.log(usage);
  ensurePackages(neededPackages(suites), install);

  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const chosen = (group) => suites.filter((name) => group.includes(name));
  if (chosen(['server', 'web', ...e2e]).length > 0) {
    if ((await run('./tidings', ['build'], { log: `${reports}/build.log`, onLine: (line) => console.log(line) })) !== 0) {
      throw new Error('the build failed: no test was run');
    }
  }
  if (chosen(modules).length > 0) await runModules(chosen(modules), long);
  if (suites.includes('web')) await runVitest('web', { cwd: 'web', filter: [], check: 'check' });
  for (const name of chosen(e2e)) await runVitest(name, { cwd: 'e2e', filter: [`suites/${name}/`], long });

  const skipsFail = total.skipped > 0 && process.env.TIDINGS_ALLOW_SKIPS !== '1';
  if (total.skipped > 0) console.log(`WARNING: ${total.skipped} tests were skipped${skipsFail ? ', which fails the run' : ''}`);
  console.log(openClauses());
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || skipsFail ? 1 : 0;
}

try {
  await main();
} catch (error) {
  console.error(`tidings: ${error.message}`);
  process.exitCode = 1;
}
