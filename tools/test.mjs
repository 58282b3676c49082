// The tests behind `./tidings test`: picks suites, runs them, and adds up what their reports say.
//
// A suite that runs no test,
// a skipped test and a leaked Netty buffer are failures: nothing passes by not being tested.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensurePackages } from './packages.mjs';
import { readMake, readSurefire, readVitest } from './reports.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const reports = 'target/test';
const broker = 'rabbitmq-server';
const compiler = ['gcc', 'libc6-dev'];
const blackBox = [broker, 'chromium', 'firefox-esr', 'sqlite3', 'openssl', ...compiler];
const besides = { access: ['nginx-light'], clients: ['openjdk-17-jre-headless'], docs: ['php-cli'] };
const e2e = existsSync('e2e/suites') ? readdirSync('e2e/suites').sort() : [];

/** Every suite, in the order in which they run: a Maven module (in the folder of its name, or `module`), a folder's `make check`, or what Vitest runs in a folder. */
const known = {
  core: { fast: true },
  store: { fast: true },
  gates: { fast: true },
  auth: { fast: true },
  http: { fast: true },
  client: { fast: true, module: 'client-java' },
  rabbitmq: { packages: [broker] },
  server: { packages: [broker] },
  bench: {},
  fanout: { fast: true, make: 'bench/fanout', packages: ['make', ...compiler] },
  web: { fast: true, cwd: 'web', check: true, filter: ['--project', 'logic'] },
  page: { cwd: 'web', filter: ['--project', 'browser'], packages: ['chromium'] },
  ...Object.fromEntries(
    e2e.map((name, i) => [
      name,
      { cwd: 'e2e', check: i === 0, filter: [`suites/${name}/`], packages: [...blackBox, ...(besides[name] ?? [])] },
    ]),
  ),
};
const names = Object.keys(known);
const modules = names.filter((name) => !known[name].cwd && !known[name].make);
const folder = (module) => known[module].module ?? module;

const usage = `./tidings test [--install] [--fast] [--long] [SUITE…]

  --install  first install the Debian packages that the tests need (as root; starts no service)
  --fast     only the suites without a broker or a browser: ${names.filter((name) => known[name].fast).join(' ')}
  --long     with the long rounds

Suites (all by default): ${names.join(' ')}
"e2e" is all of: ${e2e.join(' ')}
Reports: ${reports}/. With TIDINGS_ALLOW_SKIPS=1 a skipped test does not fail the run.`;

function choose() {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(['install', 'fast', 'long', 'help'].map((name) => [name, { type: 'boolean' }])),
  });
  const unknown = positionals.filter((name) => name !== 'e2e' && !names.includes(name));
  if (unknown.length > 0) throw new Error(`no suite "${unknown.join('", "')}" (expected some of: ${names.join(' ')} e2e)`);
  const wanted = positionals.length === 0 ? names : positionals.flatMap((name) => (name === 'e2e' ? e2e : [name]));
  const suites = names.filter((name) => wanted.includes(name) && (!options.fast || known[name].fast));
  if (suites.length === 0) throw new Error(`nothing to run: ${positionals.join(' ')}${options.fast ? ' with --fast' : ''}`);
  return { ...options, suites };
}

/** Runs a command with its output in a file, and tells each line to `onLine`. Resolves to its exit code. */
function run(command, args, { log, cwd = '.', env = {}, onLine = () => {} }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
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
      if (signal === 'SIGINT' || signal === 'SIGTERM') process.exit(130);
      file.end(() => done(code));
    });
  });
}

const longRounds = (long) => (long ? { TIDINGS_TEST_LONG: '1' } : {});

const total = { passed: 0, failed: 0, skipped: 0 };

/** Prints and adds one suite, and returns how many of its tests failed. `trouble` is what else went wrong, beside them. */
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
  return failed;
}

/** Runs modules in one Maven, which also checks the format when all are asked for. */
async function runModules(suites, long) {
  const log = `${reports}/maven.log`;
  const all = suites.length === modules.length;
  const args = ['-B', '-ntp', '-T2', '-Dmaven.test.failure.ignore', 'verify'];
  if (!all) {
    args.push('-pl', suites.map(folder).join(), '-am', '-Dsurefire.failIfNoSpecifiedTests=false');
    args.push(`-Dtest=${suites.map((name) => `tidings/${name}/**/*Test`).join()}`);
  }
  if (long) args.push('-DexcludedGroups=');
  for (const name of modules) rmSync(`${folder(name)}/target/surefire-reports`, { recursive: true, force: true });

  // A suite lasts from its goal "--- maven-surefire-plugin:3.5.4:test (default-test) @ tidings-core ---" to its module's next.
  const started = new Map();
  const unseen = new Set(suites);
  const troubles = [];
  let failed = 0;
  const finish = (suite) => {
    failed += report(suite, (Date.now() - started.get(suite)) / 1000, readSurefire(`${folder(suite)}/target/surefire-reports`));
    started.delete(suite);
  };
  const code = await run('mvn', args, {
    log,
    env: longRounds(long),
    onLine: (line) => {
      const [, goal, suite] = line.match(/^\[INFO\] --- .*?:(\w+) \(.*\) @ tidings-(\w+) ---/) ?? [];
      if (started.has(suite)) finish(suite);
      if (goal === 'test' && unseen.delete(suite)) started.set(suite, Date.now());
      else if (line.startsWith('[ERROR]') || /\bLEAK: /.test(line)) troubles.push(line);
    },
  });
  for (const suite of started.keys()) finish(suite);
  // Maven's own errors count where no test failed: the tests' JVM crashed, for example, or the format is wrong.
  const trouble = failed > 0 ? troubles.filter((line) => line.includes('LEAK')) : troubles;
  if (code !== 0 || trouble.length > 0) {
    console.log(`mvn verify: trouble (${log}):\n${trouble.slice(0, 20).join('\n')}`);
    total.failed++;
  }
  const none = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of unseen) report(name, 0, none);
}

async function runMake(name) {
  const log = `${reports}/${name}.log`;
  const started = Date.now();
  const code = await run('make', ['-C', known[name].make, 'check'], { log });
  const tail = code !== 0 && readFileSync(log, 'utf8').split('\n').slice(-25).join('\n');
  report(name, (Date.now() - started) / 1000, readMake(log), tail && `make check failed (${log}):\n${tail}`);
}

async function runVitest(name, long) {
  const { cwd, check, filter } = known[name];
  const log = `${reports}/${name}.log`;
  const json = resolve(`${reports}/${name}.json`);
  const started = Date.now();
  const broken = check && (await run('npm', ['run', 'check'], { log, cwd })) !== 0;
  const vitest = ['vitest', 'run', ...filter, '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${json}`];
  const onLine = (line) => line.includes('NOT EXECUTED') && console.log(line); // what this machine lacks
  const code = await run('npx', vitest, { log, cwd, env: longRounds(long), onLine });
  const counts = readVitest(json);
  const trouble = broken || (code !== 0 && counts.failed === 0);
  const tail = trouble && readFileSync(log, 'utf8').split('\n').slice(-25).join('\n');
  report(name, (Date.now() - started) / 1000, counts, trouble && `${broken ? 'npm run check' : 'vitest'} failed (${log}):\n${tail}`);
}

/** What e2e needs from npm, as the launcher does for the page. */
async function installE2e() {
  const [lock, installed] = ['e2e/package-lock.json', 'e2e/node_modules/.tidings-lock'];
  const text = readFileSync(lock, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === text) return;
  console.log('installing the npm packages of e2e/');
  const log = `${reports}/npm.log`;
  if ((await run('npm', ['ci'], { log, cwd: 'e2e' })) !== 0) throw new Error(`npm ci failed:\n${readFileSync(log, 'utf8')}`);
  writeFileSync(installed, text);
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
  ensurePackages(new Set(suites.flatMap((name) => known[name].packages ?? [])), install);

  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const inMaven = suites.filter((name) => modules.includes(name));
  const inVitest = suites.filter((name) => known[name].cwd);
  if (inVitest.length > 0 || suites.includes('server')) {
    const code = await run('./tidings', ['build'], { log: `${reports}/build.log`, onLine: (line) => console.log(line) });
    if (code !== 0) throw new Error('no test was run, for the build failed');
  }
  if (inVitest.some((name) => known[name].cwd === 'e2e')) await installE2e();
  /** Two of these calls with one array share its suites. */
  const inTurn = async (names) => {
    for (let name; (name = names.shift()); ) await runVitest(name, long);
  };
  // The page's suites measure nothing and start no hub: they go beside the modules. The others mostly wait, for time-outs
  // and each other's processes, so two go at once; but faults measures times and memory.
  const ofPage = inVitest.filter((name) => known[name].cwd === 'web');
  const others = inVitest.filter((name) => known[name].cwd === 'e2e' && name !== 'faults');
  await Promise.all([inMaven.length > 0 && runModules(inMaven, long), inTurn(ofPage)]);
  for (const name of suites.filter((name) => known[name].make)) await runMake(name);
  await Promise.all([inTurn(others), inTurn(others)]);
  await inTurn(inVitest.filter((name) => name === 'faults'));

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
