import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resources } from '../checker/evidence.ts';
import { freePort, temporaryDir } from './files.ts';
import { launcher } from './paths.ts';
import { audience, issuer, secret } from './token.ts';
import { until } from './until.ts';

export interface HubOptions {
  /** Where the database lies; a new folder by default. */
  dir?: string;
  port?: number;
  /** Adds `--dev`. */
  dev?: boolean;
  /** Sections that replace or extend the suites' own. */
  http?: object;
  store?: object;
  access?: object;
  sources?: object[];
  env?: Record<string, string>;
  /** How many file descriptors the process may have. */
  descriptors?: number;
}

const startLimitMs = 60_000;
const running = new Set<ChildProcess>();

/** Ends every hub that is left, as after a test that failed before it could. */
export async function endAllHubs(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  await until('every hub has ended', () => running.size === 0);
}

/** One hub, started through the launcher: it can be killed, stopped and started again on its port and store. */
export class Hub {
  readonly dir: string;
  readonly port: number;
  readonly url: string;
  readonly database: string;
  /** All that it has printed since it was made. */
  output = '';
  #child: ChildProcess | undefined;
  readonly #options: HubOptions;

  private constructor(options: HubOptions, dir: string, port: number) {
    this.#options = options;
    this.dir = dir;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.database = join(dir, 'tidings.db');
  }

  /** Chooses folder and port without starting anything. */
  static async prepare(options: HubOptions = {}): Promise<Hub> {
    return new Hub(options, options.dir ?? temporaryDir(), options.port ?? (await freePort()));
  }

  static async start(options: HubOptions = {}): Promise<Hub> {
    const hub = await Hub.prepare(options);
    await hub.start();
    return hub;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the hub does not run');
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Starts it, and answers how many milliseconds it took until it said that it is ready. */
  async start(change: Partial<HubOptions> = {}): Promise<number> {
    const began = performance.now();
    const from = this.output.length;
    const child = this.#spawn({ ...this.#options, ...change });
    const ready = () => /^ready on \S+$/m.test(this.output.slice(from));
    await until('ready on URL', () => ready() || hasEnded(child), startLimitMs).catch(() => {});
    if (!ready() || hasEnded(child)) {
      await this.kill();
      throw new Error(`the hub does not serve:\n${this.output.slice(from)}`);
    }
    return performance.now() - began;
  }

  /** Expects it to end by itself instead of serving; answers its exit code and what it said. */
  async refusal(change: Partial<HubOptions> = {}): Promise<{ code: number; said: string }> {
    const from = this.output.length;
    const child = this.#spawn({ ...this.#options, ...change });
    await until(
      'the hub refuses to start',
      () => hasEnded(child) || this.output.slice(from).includes('ready on'),
      startLimitMs,
    );
    const said = this.output.slice(from);
    if (child.exitCode === null) {
      await this.kill();
      throw new Error(`the hub was expected to refuse to start:\n${said}`);
    }
    return { code: child.exitCode, said };
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#gone(5_000);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** SIGTERM; answers the exit code. */
  async stop(limitMs = 30_000): Promise<number | null> {
    const child = this.#child;
    child?.kill('SIGTERM');
    await this.#gone(limitMs);
    return child?.exitCode ?? null;
  }

  /** Waits until it has ended by itself. */
  async ended(limitMs = 20_000): Promise<void> {
    await this.#gone(limitMs);
  }

  resources(): Resources {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    return {
      descriptors: readdirSync(`/proc/${this.pid}/fd`).length,
      threads: field('Threads'),
      residentBytes: field('VmRSS') * 1024,
    };
  }

  /** How many bytes the kernel holds for each open connection that its client has not acknowledged. */
  unacknowledgedBytes(): number[] {
    const local = `:${this.port.toString(16).toUpperCase().padStart(4, '0')}`;
    const established = '01';
    return ['tcp', 'tcp6'] // proc(5): number, local address, remote address, state, tx_queue:rx_queue, ...
      .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, address, , state]) => address?.endsWith(local) && state === established)
      .map(([, , , , queues]) => parseInt(queues?.split(':')[0] ?? '', 16));
  }

  /** SQLite's own integrity check of the database, while no hub holds it. */
  integrity(): string {
    const result = spawnSync('sqlite3', [this.database, 'pragma integrity_check'], { encoding: 'utf8' });
    return (result.stdout + result.stderr).trim();
  }

  /** The value of one line of /metrics, labels included in the name; the sum of all if there are several. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
    if (values.length === 0) throw new Error(`/metrics has no ${name}`);
    return values.reduce((sum, value) => sum + value, 0);
  }

  #spawn(options: HubOptions): ChildProcess {
    if (this.#child !== undefined) throw new Error('the hub runs already');
    const args = ['serve', '--config', this.configure(options), ...(options.dev ? ['--dev'] : [])];
    const env = { ...process.env, ...options.env };
    const limits = options.descriptors === undefined ? [] : ['prlimit', `--nofile=${options.descriptors}`];
    const [program = launcher, ...rest] = [...limits, launcher, ...args];
    const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    const hear = (chunk: Buffer) => void (this.output += chunk.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => {
      running.delete(child);
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  /** Writes the configuration (JSON is YAML) and answers its path. */
  configure(options: HubOptions = this.#options): string {
    writeFileSync(join(this.dir, 'key'), secret, { mode: 0o600 });
    const config = {
      http: { host: '127.0.0.1', port: this.port, ...options.http },
      store: { sqlite: this.database, ...options.store },
      access: {
        keys: [{ id: 'main', algorithm: 'HS256', 'secret-file': join(this.dir, 'key'), issuer, audience }],
        ...options.access,
      },
      sources: options.sources ?? [],
    };
    const path = join(this.dir, 'tidings.yaml');
    writeFileSync(path, JSON.stringify(config, null, 2));
    return path;
  }

  async #gone(limitMs: number): Promise<void> {
    await until('the hub has ended', () => this.#child === undefined, limitMs);
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
