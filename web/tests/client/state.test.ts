import { describe, expect, test } from "vitest";
import { type Backoff, type Happening, type State, delayAfter, next } from "../../client/state.ts";

const BACKOFF: Backoff = { firstMs: 100, mostMs: 1_000, random: () => 0.5 };
const failure = { reason: "ended", detail: "" } as const;
const problem = { status: 401, title: "Not authenticated" };
const hello = { heartbeatMs: 15_000 };

const STATES = {
  connecting: { is: "connecting", failures: 2 },
  live: { is: "live", failures: 2, hello },
  waiting: { is: "waiting", failures: 2, delayMs: 5, failure },
  "signed-out": { is: "signed-out", problem },
  refused: { is: "refused", problem },
  closed: { is: "closed" },
} as const satisfies Record<string, State>;

const HAPPENINGS = {
  hello: { is: "hello", hello },
  lost: { is: "lost", failure, retryMs: 0, steady: false },
  unauthorized: { is: "unauthorized", problem },
  refused: { is: "refused", problem },
  retry: { is: "retry" },
  close: { is: "close" },
} as const satisfies Record<string, Happening>;

/** Where each state goes; what is not named stays as it is. */
const TRANSITIONS: Record<keyof typeof STATES, Partial<Record<keyof typeof HAPPENINGS, string>>> = {
  connecting: {
    hello: "live",
    lost: "waiting",
    unauthorized: "signed-out",
    refused: "refused",
    close: "closed",
  },
  live: { lost: "waiting", unauthorized: "signed-out", refused: "refused", close: "closed" },
  waiting: { retry: "connecting", close: "closed" },
  "signed-out": { retry: "connecting", close: "closed" },
  refused: { retry: "connecting", close: "closed" },
  closed: {},
};

describe("the state of a stream", () => {
  for (const [from, state] of Object.entries(STATES)) {
    for (const [happens, happening] of Object.entries(HAPPENINGS)) {
      const to = TRANSITIONS[from as keyof typeof STATES][happens as keyof typeof HAPPENINGS];
      test(`${from}, ${happens}: ${to ?? "stays"}`, () => {
        const after = next(state, happening, BACKOFF);
        if (to === undefined) expect(after).toBe(state);
        else expect(after.is).toBe(to);
      });
    }
  }

  test("pauses double up to the most, each between half and all of it", () => {
    const low = { ...BACKOFF, random: () => 0 };
    const high = { ...BACKOFF, random: () => 1 };
    expect([1, 2, 3, 4, 5, 99].map((n) => delayAfter(n, low))).toEqual([50, 100, 200, 400, 500, 500]);
    expect([1, 2, 3, 4, 5, 99].map((n) => delayAfter(n, high))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test("failures in a row add up, and a line that was steady ends the row", () => {
    let state: State = { is: "connecting", failures: 0 };
    const delays: number[] = [];
    for (let i = 0; i < 3; i++) {
      state = next(state, HAPPENINGS.lost, BACKOFF);
      if (state.is === "waiting") delays.push(state.delayMs);
      state = next(state, HAPPENINGS.retry, BACKOFF);
    }
    for (const steady of [false, true]) {
      state = next(state, HAPPENINGS.hello, BACKOFF);
      state = next(state, { ...HAPPENINGS.lost, steady }, BACKOFF);
      if (state.is === "waiting") delays.push(state.delayMs);
      state = next(state, HAPPENINGS.retry, BACKOFF);
    }
    expect(delays).toEqual([75, 150, 300, 600, 75]);
  });

  test("the hub's own pause is kept, up to five minutes", () => {
    const pause = (retryMs: number) =>
      next(STATES.live, { is: "lost", failure, retryMs, steady: false }, BACKOFF) as { delayMs: number };
    expect(pause(5_000).delayMs).toBe(5_000);
    expect(pause(9_999_999).delayMs).toBe(300_000);
  });
});
