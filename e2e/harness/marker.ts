import type { Mark } from '../checker/evidence.ts';
import { parseCursor } from '../checker/evidence.ts';
import type { Api, Notification } from './api.ts';

export type State = 'unread' | 'read' | 'archived';

export interface InboxItem {
  cursor: string;
  state: State;
  reason: string;
  firstTime?: string;
  notification: Notification & { direct?: true };
}

export interface Summary {
  unread: number;
  unseen: number;
  more: boolean;
  rev: number;
  cursor: string;
}

/** The whole inbox of a user, newest first. */
export async function inbox(api: Api, query = '?state=all'): Promise<InboxItem[]> {
  const items: InboxItem[] = [];
  for (let before = ''; ; ) {
    const response = await api.call(`/v1/inbox${query}&limit=500${before}`);
    if (response.status !== 200) throw new Error(`inbox: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as { items: InboxItem[]; cursor: string; more: boolean };
    items.push(...page.items);
    if (!page.more) return items;
    before = `&before=${page.cursor}`;
  }
}

export async function summary(api: Api): Promise<Summary> {
  return (await (await api.call('/v1/inbox/summary')).json()) as Summary;
}

/** A user who marks without pause, one call at a time, and knows what was acknowledged. */
export class Marker {
  readonly user: string;
  /** The revision that was acknowledged last. */
  rev = 0;
  acknowledged = 0;
  /** Calls whose answer never came. */
  unknown = 0;
  readonly #api: Api;
  readonly #states = new Map<string, State>();
  #turns = 0;
  #stopped = true;
  #work: Promise<void> = Promise.resolve();

  constructor(user: string, api: Api) {
    this.user = user;
    this.#api = api;
  }

  start(): void {
    this.#stopped = false;
    this.#work = this.#markOn();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  /** What must be found, whatever happened since. */
  marks(): Mark[] {
    return [...this.#states].map(([id, state]) => ({ user: this.user, id, state }));
  }

  async #markOn(): Promise<void> {
    while (!this.#stopped) {
      try {
        const page = await this.#api.call('/v1/inbox?limit=20');
        const { items } = (await page.json()) as { items: InboxItem[] };
        const fresh = items.filter((item) => item.state === 'unread' && !this.#states.has(item.notification.id));
        if (fresh.length < 4) continue;
        const [one, two, three, last] = fresh as [InboxItem, InboxItem, InboxItem, InboxItem];
        await this.#touch([one], { read: true }, 'read');
        await this.#touch([two, three], { archived: true }, 'archived');
        if (++this.#turns % 6 === 0) await this.#markAll(last.cursor, items);
        const read = items.find((item) => this.#states.get(item.notification.id) === 'read');
        if (read !== undefined) await this.#touch([read], { read: false }, 'unread');
      } catch {
        return; // the hub is gone
      }
    }
  }

  async #touch(items: InboxItem[], flags: object, state: State): Promise<void> {
    const ids = items.map((item) => item.notification.id);
    for (const id of ids) this.#states.delete(id); // until it is acknowledged it may be either
    const [only = ''] = ids;
    await this.#send(
      'PATCH',
      ids.length === 1 ? `/v1/inbox/${only}` : '/v1/inbox',
      ids.length === 1 ? flags : { ids, ...flags },
    );
    for (const id of ids) this.#states.set(id, state);
  }

  /** A mark reads what it covers, also what was marked unread before; what is archived stays so. */
  async #markAll(upTo: string, known: InboxItem[]): Promise<void> {
    for (const [id, state] of this.#states) if (state === 'unread') this.#states.delete(id);
    await this.#send('POST', '/v1/inbox/read', { upTo });
    const { position } = parseCursor(upTo);
    for (const { cursor, notification } of known) {
      if (parseCursor(cursor).position <= position && this.#states.get(notification.id) !== 'archived') {
        this.#states.set(notification.id, 'read');
      }
    }
  }

  async #send(method: string, path: string, body: object): Promise<void> {
    this.unknown++;
    const response = await this.#api.call(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    this.unknown--;
    this.acknowledged++;
    this.rev = (JSON.parse(text) as { rev: number }).rev;
  }
}
