import { type Cursor, isCoveredBy, positionOf } from "./cursor.ts";
import { EventStreamParser, type ServerEvent } from "./event-stream.ts";
import { type Hub, callHeaders, callUrl, isPassing, problemOf } from "./hub.ts";
import { type Backoff, type Failure, type Happening, type State, next } from "./state.ts";
import {
  type Gap,
  type Notification,
  parseJson,
  readGap,
  readHello,
  readId,
  readNotification,
  readProblem,
} from "./wire.ts";

/** What a stream brings, in the order of the log. */
export type StreamEvent =
  | { readonly is: "notification"; readonly cursor: Cursor; readonly notification: Notification }
  | { readonly is: "gap"; readonly cursor: Cursor; readonly gap: Gap }
  | { readonly is: "withdrawn"; readonly cursor: Cursor; readonly id: string }
  /** Nothing new, but the line is alive. */
  | { readonly is: "tick"; readonly cursor: Cursor };

export interface StreamOptions {
  readonly hub: Hub;
  /** Where to go on; without it, only what comes from now on. */
  readonly after?: Cursor | undefined;
  /** Called for each event, once; must not throw. */
  readonly onEvent: (event: StreamEvent) => void;
  /** Called after each change of state; must not throw. */
  readonly onState: (state: State) => void;
  readonly backoff?: Partial<Backoff>;
  /** How long to wait for the first event of a connection. */
  readonly helloMs?: number;
  /** Silence longer than this many heartbeats means that the line is dead. */
  readonly heartbeatsMissedMax?: number;
}

/** An open stream. */
export interface Stream {
  readonly state: State;
  /** Everything up to here has been given to `onEvent`. */
  readonly cursor: Cursor | undefined;
  /** Tries at once, if the stream is not open. */
  retry(): void;
  close(): void;
}

const RECENT_IDS_MAX = 1_000;

/**
 * Reads the hub's stream and keeps it open: after a loss it goes on from its cursor, with growing,
 * jittered pauses. It reads by `fetch`, with and without a token, and not by EventSource, which
 * hides the status, the problem and the hub's `retry`, and can't send a token.
 */
export function openStream(options: StreamOptions): Stream {
  const backoff: Backoff = {
    firstMs: 500,
    mostMs: 30_000,
    random: Math.random,
    ...options.backoff,
  };
  const helloMs = options.helloMs ?? 20_000;
  const heartbeatsMissedMax = options.heartbeatsMissedMax ?? 2.5;
  const recentIds = new Set<string>();
  let cursor = options.after;
  let state: State = { is: "connecting", failures: 0 };
  let connection = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let liveSince = 0;

  function apply(happening: Happening): void {
    const previous = state;
    state = next(previous, happening, backoff);
    if (state === previous) return;
    if (state.is === "live") liveSince = performance.now();
    clearTimeout(timer);
    if (state.is !== "live") connection.abort();
    if (state.is === "connecting") {
      void connect();
    } else if (state.is === "waiting") {
      timer = setTimeout(() => apply({ is: "retry" }), state.delayMs);
    }
    options.onState(state);
  }

  async function connect(): Promise<void> {
    connection = new AbortController();
    const { signal } = connection;
    let retryMs = 0;
    const lose = (reason: Failure["reason"], detail: string) => {
      if (signal.aborted) return;
      const steady = state.is === "live" && performance.now() - liveSince >= state.hello.heartbeatMs;
      apply({ is: "lost", failure: { reason, detail }, retryMs, steady });
    };
    const expectWithin = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => lose("silent", `nothing came for ${ms} ms`), ms);
    };
    expectWithin(helloMs);
    let response: Response;
    try {
      response = await fetch(callUrl(options.hub, "v1/stream", { after: cursor }), {
        headers: callHeaders(options.hub, "text/event-stream"),
        cache: "no-store",
        signal,
      });
    } catch (error) {
      return lose("unreachable", String(error));
    }
    if (response.status !== 200) {
      const problem = await problemOf(response);
      if (signal.aborted) return;
      if (response.status === 401) return apply({ is: "unauthorized", problem });
      if (!isPassing(response.status)) return apply({ is: "refused", problem });
      retryMs = retryAfterMs(response);
      return lose("busy", problem.title);
    }
    const contentType = response.headers.get("Content-Type") ?? "none";
    if (!response.body || !/^text\/event-stream\b/i.test(contentType)) {
      return lose("garbled", `content type ${contentType} (expected text/event-stream)`);
    }
    const parser = new EventStreamParser({
      onEvent: (event) => {
        if (!signal.aborted) take(event);
      },
      onRetry: (ms) => {
        retryMs = ms;
      },
    });
    const reader = response.body.getReader();
    for (;;) {
      let chunk: ReadableStreamReadResult<Uint8Array>;
      try {
        chunk = await reader.read();
      } catch (error) {
        return lose("ended", String(error));
      }
      if (signal.aborted) return;
      if (chunk.done) return lose("ended", "the hub ended the stream");
      try {
        parser.push(chunk.value);
      } catch (error) {
        return lose("garbled", String(error));
      }
      if (state.is === "live") expectWithin(state.hello.heartbeatMs * heartbeatsMissedMax);
    }
  }

  /** Moves on before it reads, so that one event which can't be read is never asked for again. */
  function take(event: ServerEvent): void {
    const at = event.lastEventId;
    const known = cursor !== undefined && isCoveredBy(at, cursor);
    if (positionOf(at) !== undefined) cursor = at;
    const value = parseJson(event.data, `event ${event.type}`);
    switch (event.type) {
      case "message": {
        if (known) return;
        const notification = readNotification(value);
        if (remember(notification.id)) {
          options.onEvent({ is: "notification", cursor: at, notification });
        }
        return;
      }
      case "hello":
        return apply({ is: "hello", hello: readHello(value) });
      case "gap":
        return options.onEvent({ is: "gap", cursor: at, gap: readGap(value) });
      case "withdrawn":
        return options.onEvent({ is: "withdrawn", cursor: at, id: readId(value) });
      case "tick":
        return options.onEvent({ is: "tick", cursor: at });
      case "reauth":
        return apply({ is: "unauthorized", problem: readProblem(401, value) });
    }
  }

  /** Whether the id is new here; only the newest are remembered. */
  function remember(id: string): boolean {
    if (recentIds.has(id)) return false;
    recentIds.add(id);
    const [oldest] = recentIds;
    if (recentIds.size > RECENT_IDS_MAX && oldest !== undefined) recentIds.delete(oldest);
    return true;
  }

  void connect();
  return {
    get state() {
      return state;
    },
    get cursor() {
      return cursor;
    },
    retry: () => apply({ is: "retry" }),
    close: () => apply({ is: "close" }),
  };
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("Retry-After") ?? "0");
  return seconds > 0 ? seconds * 1_000 : 0;
}
