import { contentHash, parseCursor, type Arrival, type Published } from '../checker/evidence.ts';

export interface Draft {
  to: string[];
  title: string;
  body?: string;
  type?: string;
  source?: string;
  level?: string;
  link?: string;
  data?: Record<string, unknown>;
  ref?: string;
  expires?: string;
}

export interface Notification {
  id: string;
  title: string;
  body?: string;
  type?: string;
  source?: string;
  level?: string;
  link?: string;
  time: string;
  topics?: string[];
  everyone?: boolean;
  data?: Record<string, unknown>;
}

export interface Entry {
  cursor: string;
  notification: Notification;
}

export interface Page {
  items: Entry[];
  cursor: string;
  more: boolean;
  gap?: { reason: string; from: string; to: string };
}

/** RFC 9457. */
export interface Problem {
  type: string;
  title?: string;
  status?: number;
  detail?: string;
  field?: string;
}

/** Everything that the caller may read, other users' own included; without it a caller's own comes and theirs doesn't. */
export const everyAddress = '&to=everyone&to=topic:%23&to=user:*';

/** One hub's API as one caller, over the network and nothing else. */
export class Api {
  readonly url: string;
  readonly token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`);
    return fetch(this.url + path, { ...init, headers });
  }

  post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.call('/v1/notifications', {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** Publishes what must be accepted. */
  async publish(draft: Draft): Promise<{ id: string; cursor: string }> {
    const response = await this.post(draft);
    const text = await response.text();
    if (response.status !== 201) throw new Error(`publish: ${response.status} ${text}`);
    return JSON.parse(text) as { id: string; cursor: string };
  }

  /** Publishes under a key (visible ASCII, since it is the ref), with the outcome as a publisher can know it. */
  async attempt(key: string, draft: Draft): Promise<Published> {
    const sent = { ...draft, ref: key, data: { ...draft.data, key } };
    const known = { key, hash: contentHash(sent), to: draft.to };
    try {
      const response = await this.post(sent);
      const text = await response.text();
      if (response.status === 201) {
        const { cursor } = JSON.parse(text) as { cursor: string };
        return { ...known, outcome: 'ok', cursor: parseCursor(cursor) };
      }
      const definite = (response.status >= 400 && response.status < 500) || response.status === 503;
      return { ...known, outcome: definite ? 'failed' : 'unknown' };
    } catch {
      return { ...known, outcome: 'unknown' };
    }
  }

  async page(query = ''): Promise<Page> {
    const response = await this.call(`/v1/notifications${query}`);
    if (response.status !== 200) throw new Error(`history ${query}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Page;
  }

  /** The whole log as this caller sees it, oldest first. */
  async history(filter = ''): Promise<Entry[]> {
    const items: Entry[] = [];
    let after = 'earliest';
    for (;;) {
      const page = await this.page(`?limit=500&after=${after}${filter}`);
      items.push(...page.items);
      if (!page.more) return items;
      after = page.cursor;
    }
  }
}

/** What the checker compares. */
export function arrival({ cursor, notification }: Entry): Arrival {
  return {
    kind: 'notification',
    cursor: parseCursor(cursor),
    id: notification.id,
    key: String(notification.data?.['key'] ?? notification.title),
    hash: contentHash(notification),
  };
}
