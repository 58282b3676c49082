import type { Hello, Problem } from "./wire.ts";

/** Why a stream that will be tried again is not there. */
export interface Failure {
  /**
   * `unreachable`: no answer; `busy`: the hub asks to come back later; `ended`: it closed the
   * stream; `silent`: nothing came for longer than its heartbeat allows; `garbled`: the answer is
   * not the hub's protocol.
   */
  readonly reason: "unreachable" | "busy" | "ended" | "silent" | "garbled";
  readonly detail: string;
}

/**
 * Where a stream stands. `waiting` goes back to `connecting` by itself; `signed-out` (a token is
 * needed, or ended) and `refused` wait for the owner; `closed` is the end.
 */
export type State =
  | { readonly is: "connecting"; readonly failures: number }
  /** `failures`: those before it, which count on if it is lost before it is steady. */
  | { readonly is: "live"; readonly failures: number; readonly hello: Hello }
  | {
      readonly is: "waiting";
      readonly failures: number;
      readonly delayMs: number;
      readonly failure: Failure;
    }
  | { readonly is: "signed-out"; readonly problem: Problem }
  | { readonly is: "refused"; readonly problem: Problem }
  | { readonly is: "closed" };

/** What can happen to a stream. */
export type Happening =
  | { readonly is: "hello"; readonly hello: Hello }
  /** `steady`: after it had been live for a heartbeat at least. */
  | {
      readonly is: "lost";
      readonly failure: Failure;
      readonly retryMs: number;
      readonly steady: boolean;
    }
  | { readonly is: "unauthorized"; readonly problem: Problem }
  | { readonly is: "refused"; readonly problem: Problem }
  | { readonly is: "retry" }
  | { readonly is: "close" };

/** How long to wait before the next attempt. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** The longest pause that a hub may ask for. */
const RETRY_MOST_MS = 300_000;

/** The state after `happening`; the same object if it changes nothing. */
export function next(state: State, happening: Happening, backoff: Backoff): State {
  if (state.is === "closed") return state;
  const open = state.is === "connecting" || state.is === "live";
  switch (happening.is) {
    case "close":
      return { is: "closed" };
    case "retry":
      if (open) return state;
      return { is: "connecting", failures: state.is === "waiting" ? state.failures : 0 };
    case "hello":
      if (state.is !== "connecting") return state;
      return { is: "live", failures: state.failures, hello: happening.hello };
    case "unauthorized":
      return open ? { is: "signed-out", problem: happening.problem } : state;
    case "refused":
      return open ? { is: "refused", problem: happening.problem } : state;
    case "lost": {
      if (!open) return state;
      const failures = happening.steady ? 1 : state.failures + 1;
      const asked = Math.min(happening.retryMs, RETRY_MOST_MS);
      const delayMs = Math.max(asked, delayAfter(failures, backoff));
      return { is: "waiting", failures, delayMs, failure: happening.failure };
    }
  }
}

/** The wait after so many failures in a row: doubling, bounded, between half and all of it. */
export function delayAfter(failures: number, { firstMs, mostMs, random }: Backoff): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + random() / 2));
}
