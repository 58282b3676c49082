import { createHash } from 'node:crypto';

/** A place in the log as clients know it: `epoch.position`. */
export interface Cursor {
  readonly epoch: string;
  readonly position: number;
}

export function parseCursor(text: string): Cursor {
  const dot = text.lastIndexOf('.');
  const digits = text.slice(dot + 1);
  const position = Number(digits);
  if (dot < 1 || !/^\d+$/.test(digits)) {
    throw new Error(`cursor "${text}": expected epoch.position`);
  }
  return { epoch: text.slice(0, dot), position };
}

/**
 * What a publisher knows of one notification. A definite refusal (4xx, 503) is `failed`; a lost
 * connection or `outcome-unknown` is `unknown`. Only an `ok` has a cursor.
 */
export interface Published {
  readonly key: string;
  readonly hash: string;
  readonly to: readonly string[];
  readonly outcome: 'ok' | 'failed' | 'unknown';
  readonly cursor?: Cursor;
  /** Why readers need not have it. */
  readonly exempt?: 'expired' | 'withdrawn' | 'muted' | 'lost with the copy';
}

export interface Arrival {
  readonly kind: 'notification';
  readonly cursor: Cursor;
  readonly id: string;
  readonly key: string;
  readonly hash: string;
}

export interface Gap {
  readonly kind: 'gap';
  readonly reason: string;
  readonly from: Cursor;
  readonly to: Cursor;
}

export interface Control {
  readonly kind: 'control';
  readonly event: string;
}

export type Frame = Arrival | Gap | Control;

/** One subscriber: every frame of every connection that it made, in order. */
export interface ReaderLog {
  readonly name: string;
  /** What it is owed starts after this position. */
  readonly since: number;
  readonly entitled: (published: Published) => boolean;
  readonly streams: readonly (readonly Frame[])[];
}

export interface Mark {
  readonly user: string;
  readonly id: string;
  readonly state: string;
}

/** What a process holds. */
export interface Resources {
  readonly descriptors: number;
  readonly threads: number;
  readonly residentBytes: number;
}

/** All that one judgement is based on, gathered after the fault has healed. */
export interface Evidence {
  readonly published: readonly Published[];
  readonly log: readonly Arrival[];
  readonly readers: readonly ReaderLog[];
  readonly marksAcknowledged: readonly Mark[];
  readonly marksFound: readonly Mark[];
  /** The answer of SQLite's integrity check: `ok`, or what is wrong. */
  readonly integrity: string;
  readonly before: Resources;
  readonly after: Resources;
}

/** The hash that publishers and readers compare content by. */
export function contentHash(content: { title: string; body?: string; data?: unknown }): string {
  const text = JSON.stringify([content.title, content.body ?? null, content.data ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
