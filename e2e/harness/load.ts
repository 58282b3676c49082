import { setTimeout as pause } from 'node:timers/promises';
import type { Published } from '../checker/evidence.ts';
import type { Api, Draft } from './api.ts';

/** Publishers that publish without pause and log what they know; each sends its next when it has its answer, a little later if it was refused. */
export class Load {
  readonly published: Published[] = [];
  readonly #drafts = new Map<string, Draft>();
  readonly #api: Api;
  readonly #name: string;
  readonly #addresses: string[][];
  #count = 0;
  #inFlight = 0;
  #stopped = true;
  #workers: Promise<void>[] = [];

  /** Names must differ between loads on one hub; notifications go to the address lists in turn. */
  constructor(api: Api, name: string, addresses: string[][]) {
    this.#api = api;
    this.#name = name;
    this.#addresses = addresses;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  start(publishers: number): void {
    this.#stopped = false;
    this.#workers = Array.from({ length: publishers }, () => this.#work());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#workers);
  }

  acknowledged(): Published[] {
    return this.published.filter((p) => p.outcome === 'ok');
  }

  /** Sends every second one whose outcome is unknown again, under the same ref, until it is known. */
  async retryHalfOfUnknown(): Promise<number> {
    let retried = 0;
    for (const [i, p] of this.published.entries()) {
      const draft = this.#drafts.get(p.key);
      if (p.outcome !== 'unknown' || draft === undefined || i % 2 === 0) continue;
      const again = await this.#api.attempt(p.key, draft);
      if (again.outcome !== 'ok') throw new Error(`a retry of ${p.key} with the same ref was ${again.outcome}`);
      this.published[i] = again;
      retried++;
    }
    return retried;
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const key = `${this.#name}-${this.#count}`;
      const to = this.#addresses[this.#count % this.#addresses.length] ?? ['everyone'];
      this.#count++;
      const draft = { to, title: `Order ${key} placed`, type: 'order.placed' };
      this.#drafts.set(key, draft);
      this.#inFlight++;
      const outcome = await this.#api.attempt(key, draft);
      this.#inFlight--;
      this.published.push(outcome);
      if (outcome.outcome !== 'ok') await pause(10);
    }
  }
}
