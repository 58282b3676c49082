import type { IncomingMessage } from 'node:http';
import { addressedTo } from '../checker/check.ts';
import { parseCursor, type Arrival, type Frame, type Published, type ReaderLog } from '../checker/evidence.ts';
import { arrival, type Notification } from './api.ts';
import { openStream, type SseFrame } from './sse.ts';
import { until } from './until.ts';

export interface SubscriberOptions {
  name?: string;
  /** With its `?`. */
  query?: string;
  token?: string;
  lastEventId?: string;
  /** How soon it comes back after its stream has ended, unless the hub says otherwise; 0 for never. */
  retryMs?: number;
  entitled?: (published: Published) => boolean;
}

/** A subscriber that resumes by its cursor, as an EventSource does, and logs every frame. */
export class Subscriber {
  readonly name: string;
  /** Every frame of every connection. */
  readonly streams: Frame[][] = [];
  readonly raw: SseFrame[] = [];
  /** Milliseconds of `performance.now()` at which each arrival came, by key. */
  readonly arrivedAt = new Map<string, number>();
  lastEventId: string | undefined;
  /** When the first `hello` came. */
  helloAt: number | undefined;
  /** The status of the newest answer, and why the newest stream ended. */
  status: number | undefined;
  failure: Error | undefined;
  response: IncomingMessage | undefined;
  #since: number | undefined;
  #close: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs: number;
  #closed = false;
  readonly #url: string;
  readonly #options: SubscriberOptions;

  constructor(hubUrl: string, options: SubscriberOptions = {}) {
    this.name = options.name ?? 'reader';
    this.lastEventId = options.lastEventId;
    this.#retryMs = options.retryMs ?? 50;
    this.#options = options;
    this.#url = `${hubUrl}/v1/stream${options.query ?? ''}`;
    this.#open();
  }

  get arrivals(): Arrival[] {
    return this.streams.flat().filter((frame): frame is Arrival => frame.kind === 'notification');
  }

  get keys(): string[] {
    return this.arrivals.map((a) => a.key);
  }

  /** The newest frame with this event name. */
  control(event: string): SseFrame | undefined {
    return this.raw.findLast((frame) => frame.event === event);
  }

  /** Whether it has no stream now. */
  get ended(): boolean {
    return this.#close === undefined;
  }

  /** Waits for the first `hello`. */
  async ready(limitMs?: number): Promise<this> {
    await until(`hello for ${this.name} (status ${this.status})`, () => this.#since !== undefined, limitMs);
    return this;
  }

  async has(key: string, limitMs?: number): Promise<void> {
    await until(`${key} at ${this.name}`, () => this.arrivedAt.has(key), limitMs);
  }

  /** Stops and goes on reading from its socket. */
  pause(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#close?.();
  }

  log(): ReaderLog {
    const entitled = this.#options.entitled ?? addressedTo('everyone');
    return { name: this.name, since: this.#since ?? 0, entitled, streams: this.streams };
  }

  #open(): void {
    const frames: Frame[] = [];
    this.streams.push(frames);
    const headers: Record<string, string> = {};
    if (this.#options.token !== undefined) headers['authorization'] = `Bearer ${this.#options.token}`;
    if (this.lastEventId !== undefined) headers['last-event-id'] = this.lastEventId;
    this.#close = openStream(
      this.#url,
      headers,
      (frame) => this.#take(frame, frames),
      (reason) => this.#ended(reason),
      (response) => {
        this.status = response.statusCode;
        this.response = response;
      },
    );
  }

  #take(frame: SseFrame, frames: Frame[]): void {
    if (frame.retry !== undefined && this.#retryMs > 0) this.#retryMs = frame.retry;
    this.raw.push(frame);
    if (frame.data === undefined) return;
    if (frame.event === 'gap') {
      const { reason, from, to } = JSON.parse(frame.data) as { reason: string; from: string; to: string };
      frames.push({ kind: 'gap', reason, from: parseCursor(from), to: parseCursor(to) });
    } else if (frame.event !== undefined) {
      frames.push({ kind: 'control', event: frame.event });
      if (frame.event === 'hello') {
        this.helloAt ??= performance.now();
        this.#since ??= parseCursor(frame.id ?? '').position;
      }
    } else {
      const entry = { cursor: frame.id ?? '', notification: JSON.parse(frame.data) as Notification };
      const arrived = arrival(entry);
      frames.push(arrived);
      this.arrivedAt.set(arrived.key, performance.now());
    }
    if (frame.id !== undefined) this.lastEventId = frame.id;
  }

  #ended(reason: Error | undefined): void {
    this.failure = reason;
    this.#close = undefined;
    if (this.#closed || this.#retryMs === 0) return;
    this.#timer = setTimeout(() => this.#open(), this.#retryMs);
  }
}
