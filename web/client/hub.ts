import type { Cursor } from "./cursor.ts";
import {
  type HistoryPage,
  type Problem,
  parseJson,
  readHistoryPage,
  readProblem,
} from "./wire.ts";

/** How long one page of the history may take. */
const HISTORY_MS = 20_000;

/** Where a hub is, and as whom to speak to it. */
export interface Hub {
  /** The hub's base URL; ends with a slash. */
  readonly url: URL;
  /** Sent as a bearer token, never in a URL. */
  readonly token?: string | undefined;
}

/** The hub answered, but not with what was asked for. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** The URL of one of the hub's calls. */
export function callUrl(hub: Hub, path: string, query: Record<string, string | undefined>): URL {
  const url = new URL(path, hub.url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** The request headers of every call. */
export function callHeaders(hub: Hub, accept: string): Record<string, string> {
  return hub.token === undefined
    ? { Accept: accept }
    : { Accept: accept, Authorization: `Bearer ${hub.token}` };
}

/** The problem that a response with an error status carries. */
export async function problemOf(response: Response): Promise<Problem> {
  const json = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  return readProblem(response.status, json ? await response.json().catch(() => null) : null);
}

/** Whether the hub may answer otherwise later, although nothing here changes. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

/**
 * Fetches one page of the history: the newest, or what lies before a cursor. Throws a
 * {@link ProblemError} if the hub refuses, a {@link ProtocolError} if the answer is not the
 * protocol's, and what `fetch` throws if it can't be reached.
 */
export async function fetchHistory(
  hub: Hub,
  query: { before?: Cursor | undefined; limit: number },
  signal: AbortSignal,
): Promise<HistoryPage> {
  const url = callUrl(hub, "v1/notifications", {
    before: query.before,
    limit: String(query.limit),
  });
  const response = await fetch(url, {
    headers: callHeaders(hub, "application/json"),
    cache: "no-store",
    signal: AbortSignal.any([signal, AbortSignal.timeout(HISTORY_MS)]),
  });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return readHistoryPage(parseJson(await response.text(), url.pathname));
}

