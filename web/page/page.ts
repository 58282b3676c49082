import {
  type Cursor,
  type HistoryPage,
  type Hub,
  ProblemError,
  type State,
  type Stream,
  type StreamEvent,
  delayAfter,
  fetchHistory,
  isPassing,
  openStream,
  positionOf,
} from "../client/index.ts";
import { ConnectionView } from "./connection.ts";
import { byId } from "./dom.ts";
import { type Happened, List, ROWS_MAX } from "./list.ts";
import { drawFault, drawSignIn, drawSkeletons } from "./notice.ts";
import { Older } from "./older.ts";
import { session, tokenFault } from "./session.ts";
import { type Tide, TideKeeper } from "./tide.ts";

const PAGE_LIMIT = 50;
const SKELETONS_AFTER_MS = 200;
const TICK_MS = 15_000;
/** Away for less than this is a glance, not leaving. */
const AWAY_MS = 60_000;

/** The page: what the hub's list, its stream, the reader's session and the tide line do together. */
export class Page {
  readonly #hubUrl: URL;
  readonly #listRoot = byId("list");
  readonly #notice = byId("notice");
  readonly #list: List;
  readonly #older: Older;
  readonly #connection: ConnectionView;
  readonly #tideKeeper: TideKeeper;
  #token = session.load();
  #loading = new AbortController();
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #stream: Stream | undefined;
  /** How far back the list goes. */
  #oldest: Cursor | undefined;
  #pending: StreamEvent[] = [];
  /** What the hub's clock is ahead of this machine's. */
  #clockAheadMs = 0;
  #leftAtMs: number | undefined;

  constructor(hubUrl: URL) {
    const now = () => this.#now();
    this.#hubUrl = hubUrl;
    this.#list = new List(this.#listRoot, now);
    this.#connection = new ConnectionView(byId("connection"), byId("strip"), now);
    this.#tideKeeper = new TideKeeper(hubUrl, () => localStorage);
    this.#older = new Older(byId("older"), (signal) => this.#loadOlder(signal));
    byId("session").addEventListener("click", () => {
      if (this.#token !== undefined) this.#signIn(undefined);
      else if (this.#stream?.state.is === "live" && this.#notice.hasChildNodes()) {
        this.#notice.replaceChildren();
      } else this.#askForToken("Paste a token to read what it admits.");
    });
    setInterval(() => this.#list.tick(), TICK_MS);
  }

  /** Loads the newest page of the history, then opens the stream from there. */
  begin(): void {
    this.#list.clear();
    this.#notice.replaceChildren();
    this.#connection.connecting();
    this.#showSession(undefined);
    void this.#load(1);
  }

  /** Tries at once what waits for its turn. */
  retry(): void {
    if (this.#stream?.state.is === "waiting") this.#stream.retry();
    else if (this.#retryTimer !== undefined) this.begin();
  }

  /** The reader leaves: the tide line will be here. */
  leave(): void {
    if (this.#leftAtMs !== undefined) return;
    this.#leftAtMs = this.#now();
    const cursor = this.#stream?.cursor;
    if (cursor !== undefined) this.#tideKeeper.save({ cursor, atMs: this.#leftAtMs });
  }

  comeBack(): void {
    const leftAtMs = this.#leftAtMs ?? this.#now();
    this.#leftAtMs = undefined;
    const tide = this.#tideKeeper.load();
    if (tide && this.#now() - leftAtMs > AWAY_MS) this.#list.setTide(tide);
    this.#list.tick();
    this.#showCount();
    this.retry();
  }

  async #load(attempt: number): Promise<void> {
    this.#stop();
    const { signal } = this.#loading;
    const skeletons = setTimeout(() => {
      if (!this.#notice.hasChildNodes()) this.#listRoot.replaceChildren(...drawSkeletons());
    }, SKELETONS_AFTER_MS);
    let page: HistoryPage;
    try {
      page = await fetchHistory(this.#hub(), { limit: PAGE_LIMIT }, signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error, attempt);
      return;
    } finally {
      clearTimeout(skeletons);
    }
    if (signal.aborted) return;
    this.#notice.replaceChildren();
    this.#list.clear();
    const newest = page.items[0]?.cursor ?? page.cursor;
    this.#oldest = page.cursor;
    this.#list.setTide(this.#tideFor(newest));
    this.#list.addOlder(happenedIn(page));
    this.#older.reset(page.more);
    this.#showCount();
    this.#open(newest);
  }

  /** Where the reader left off; at the newest, if never, or if the log was set back since. */
  #tideFor(newest: Cursor): Tide {
    const kept = this.#tideKeeper.load();
    if (kept && (positionOf(kept.cursor) ?? 0n) <= (positionOf(newest) ?? 0n)) return kept;
    return { cursor: newest, atMs: kept?.atMs ?? this.#now() };
  }

  #fail(error: unknown, attempt: number): void {
    this.#list.clear();
    if (error instanceof ProblemError && error.problem.status === 401) {
      this.#signedOut();
      return;
    }
    if (error instanceof ProblemError && !isPassing(error.problem.status)) {
      this.#refused(error.message);
      return;
    }
    this.#connection.lost();
    const backoff = { firstMs: 1_000, mostMs: 30_000, random: Math.random };
    this.#retryTimer = setTimeout(() => this.#load(attempt + 1), delayAfter(attempt, backoff));
    this.#notice.replaceChildren(
      drawFault({
        cause: "The hub does not answer",
        remedy: `The page keeps trying ${this.#hubUrl.href}. Check that the hub runs and that this machine is online.`,
        button: "Try now",
        act: () => this.begin(),
      }),
    );
  }

  #open(after: Cursor): void {
    this.#stream = openStream({
      hub: this.#hub(),
      after,
      onEvent: (event) => this.#take(event),
      onState: (state) => this.#follow(state),
    });
  }

  #follow(state: State): void {
    switch (state.is) {
      case "live":
        if (state.hello.now !== undefined) {
          this.#clockAheadMs = Date.parse(state.hello.now) - Date.now() || 0;
        }
        this.#showSession(state.hello.user);
        this.#connection.live();
        this.#list.tick();
        break;
      case "waiting":
        this.#connection.lost();
        break;
      case "signed-out":
        this.#signedOut();
        break;
      case "refused":
        this.#refused(state.problem.detail ?? state.problem.title);
        break;
    }
  }

  /** Collects what one chunk of the stream brings, and draws it in one go. */
  #take(event: StreamEvent): void {
    this.#connection.live();
    if (event.is === "tick") return;
    if (this.#pending.push(event) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const happened: Happened[] = [];
    for (const event of this.#pending) {
      if (event.is === "notification" || event.is === "gap") happened.push(event);
    }
    this.#list.addNewer(happened);
    for (const event of this.#pending) {
      if (event.is === "withdrawn") this.#list.remove(event.id);
    }
    this.#pending = [];
    this.#showCount();
  }

  async #loadOlder(signal: AbortSignal): Promise<boolean | string> {
    const query = { before: this.#oldest, limit: PAGE_LIMIT };
    const page = await fetchHistory(this.#hub(), query, signal);
    if (signal.aborted) return false;
    this.#oldest = page.cursor;
    const older = happenedIn(page);
    if (page.gap) older.unshift({ is: "gap", cursor: page.cursor, gap: page.gap });
    this.#list.addOlder(older);
    this.#showCount();
    return this.#list.isFull ? `The newest ${ROWS_MAX} are shown.` : page.more;
  }

  #signedOut(): void {
    this.#connection.signedOut();
    const reason =
      this.#token === undefined
        ? "This hub shows its notifications to those who have a token."
        : "The hub does not accept this token, or it has ended. Paste another one.";
    this.#token = undefined;
    session.save(undefined);
    this.#showSession(undefined);
    this.#askForToken(reason);
  }

  #refused(detail: string): void {
    this.#connection.stopped();
    this.#notice.replaceChildren(
      drawFault({
        cause: "The hub refuses this page",
        remedy: detail,
        button: "Try again",
        act: () => this.begin(),
      }),
    );
  }

  #askForToken(reason: string): void {
    const form = drawSignIn(reason, (token) => {
      const fault = tokenFault(token);
      if (fault === undefined) this.#signIn(token);
      return fault;
    });
    this.#notice.replaceChildren(form);
    form.querySelector("input")?.focus();
  }

  #signIn(token: string | undefined): void {
    this.#token = token;
    session.save(token);
    this.begin();
  }

  #stop(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#stream?.close();
    this.#stream = undefined;
    this.#older.reset(false);
  }

  #showCount(): void {
    const count = this.#list.newCount;
    const label = count === 0 ? "" : `${count} new`;
    const shown = byId("count");
    if (shown.textContent !== label) shown.textContent = label;
    document.title = count === 0 ? "Tidings" : `(${count}) Tidings`;
  }

  #showSession(user: string | undefined): void {
    byId("user").textContent = user ?? "";
    byId("session").textContent = this.#token === undefined ? "Sign in" : "Sign out";
  }

  #hub(): Hub {
    return { url: this.#hubUrl, token: this.#token };
  }

  #now(): number {
    return Date.now() + this.#clockAheadMs;
  }
}

function happenedIn(page: HistoryPage): Happened[] {
  return page.items.map((entry) => ({ is: "notification", ...entry }));
}
