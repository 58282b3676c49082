// The Debian packages that tests need, and their installation without starting any service.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const architecture = { x64: 'amd64' }[process.arch] ?? process.arch;

const packages = [
  { name: 'rabbitmq-server', file: '/usr/lib/rabbitmq/bin/rabbitmq-server' },
  { name: 'chromium', file: '/usr/bin/chromium' },
  { name: 'firefox-esr', file: '/usr/bin/firefox-esr' },
  { name: 'sqlite3', file: '/usr/bin/sqlite3' },
  { name: 'gcc', file: '/usr/bin/gcc' },
  { name: 'libc6-dev', file: '/usr/include/stdio.h' },
  { name: 'make', file: '/usr/bin/make' },
  { name: 'php-cli', file: '/usr/bin/php' },
  { name: 'openjdk-17-jre-headless', file: `/usr/lib/jvm/java-17-openjdk-${architecture}/bin/java` },
  { name: 'nginx-light', file: '/usr/sbin/nginx' },
];

// invoke-rc.d asks this script before it starts a service; 101 is "not allowed".
const guard = '/usr/sbin/policy-rc.d';
const saved = `${guard}.before-tidings`;
const deny = '#!/bin/sh\n# Tidings installs test packages\nexit 101\n';

/** Ensures that those of the named packages are there; throws an error that tells what to do if not. */
export function ensurePackages(names, install) {
  const missing = packages.filter((p) => names.has(p.name) && !existsSync(p.file)).map((p) => p.name);
  if (missing.length === 0) return;
  const line = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!install) throw new Error(`the tests need Debian packages; run this as root, or ./tidings test --install:\n  ${line}`);
  if (process.getuid() !== 0) throw new Error(`--install must run as root; or run this as root:\n  ${line}`);
  console.log(`installing ${missing.join(', ')}`);
  withoutServices(() => {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...missing);
  });
}

function withoutServices(action) {
  const onSignal = () => {}; // apt-get ends, and the guard is put back
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  if (existsSync(guard) && readFileSync(guard, 'utf8') !== deny) renameSync(guard, saved);
  writeFileSync(guard, deny, { mode: 0o755 });
  try {
    action();
  } finally {
    rmSync(guard);
    if (existsSync(saved)) renameSync(saved, guard);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function apt(...args) {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed:\n${(stdout + stderr).split('\n').slice(-20).join('\n')}`);
}
