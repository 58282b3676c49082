import WebSocket from 'ws';
import type { Entry } from './api.ts';
import { until } from './until.ts';

/** A control event, as a WebSocket tells it. */
export interface Told {
  event: string;
  cursor: string;
  [field: string]: unknown;
}

export type Message = Entry | Told | { ok: number; cursor: string; to: string[] } | { error: { type: string }; n?: number };

export interface FollowerOptions {
  /** With its `?`. */
  query?: string;
  token?: string;
  headers?: Record<string, string>;
  /** How soon it comes back after its connection has ended; 0 for never. */
  retryMs?: number;
}

/** npm's `ws`, coming back with the cursor that came last, as protocol/websocket.md says. */
export class Follower {
  readonly messages: Message[] = [];
  cursor: string | undefined;
  /** How often it was connected. */
  connections = 0;
  /** Of the newest connection that has ended, or was refused. */
  code: number | undefined;
  reason = '';
  status: number | undefined;
  socket!: WebSocket;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #url: string;
  readonly #options: FollowerOptions;

  constructor(hubUrl: string, options: FollowerOptions = {}) {
    this.#url = `${hubUrl.replace(/^http/, 'ws')}/v1/ws${options.query ?? ''}`;
    this.#options = options;
    this.#open();
  }

  get entries(): Entry[] {
    return this.messages.filter((message): message is Entry => 'notification' in message);
  }

  get ids(): string[] {
    return this.entries.map((entry) => entry.notification.id);
  }

  told(event: string): Told | undefined {
    return this.messages.findLast((message): message is Told => 'event' in message && message.event === event);
  }

  /** Waits for the first `hello`. */
  async ready(): Promise<this> {
    await until(`hello (status ${this.status}, code ${this.code})`, () => this.told('hello') !== undefined);
    return this;
  }

  /** Waits for the end of its connection; answers the code. */
  async ended(limitMs?: number): Promise<number> {
    await until('the end of the connection', () => this.code !== undefined, limitMs);
    return this.code ?? 0;
  }

  /** Sends a message and waits for its answer. */
  async ask(message: { n: number; [wish: string]: unknown }): Promise<Message> {
    this.socket.send(JSON.stringify(message));
    return until(`an answer to ${message.n}`, () =>
      this.messages.find((m) => ('ok' in m && m.ok === message.n) || ('error' in m && m.n === message.n)),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.socket.close();
  }

  #open(): void {
    const headers: Record<string, string> = { ...this.#options.headers };
    if (this.#options.token !== undefined) headers['authorization'] = `Bearer ${this.#options.token}`;
    const url = new URL(this.#url);
    if (this.cursor !== undefined) url.searchParams.set('after', this.cursor);
    const socket = new WebSocket(url, { headers });
    this.socket = socket;
    this.code = undefined;
    socket.on('open', () => void this.connections++);
    socket.on('message', (data, isBinary) => {
      if (isBinary) throw new Error('a binary message');
      const message = JSON.parse((data as Buffer).toString()) as Message;
      this.messages.push(message);
      if ('cursor' in message) this.cursor = message.cursor;
    });
    socket.on('unexpected-response', (request, response) => {
      this.status = response.statusCode;
      request.destroy();
      this.#ended(1006, '');
    });
    socket.on('error', () => {}); // its close comes next
    socket.on('close', (code, reason) => this.#ended(code, reason.toString()));
  }

  #ended(code: number, reason: string): void {
    this.code = code;
    this.reason = reason;
    const retryMs = this.#options.retryMs ?? 0;
    if (this.#closed || retryMs === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), retryMs);
  }
}
