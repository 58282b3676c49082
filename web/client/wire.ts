import type { Cursor } from "./cursor.ts";

/** How much attention a notification asks for, in rising order. */
export const LEVELS = ["info", "success", "warning", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** A notification as the hub delivers it. */
export interface Notification {
  readonly id: string;
  readonly time: string;
  readonly title: string;
  readonly level: Level;
  readonly topics: readonly string[];
  readonly body?: string;
  readonly type?: string;
  readonly source?: string;
  readonly link?: string;
  /** RFC 3339; from then on it is not shown. */
  readonly expires?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** For everyone who may read the hub. */
  readonly everyone: boolean;
  /** Addressed to the user who reads this stream. */
  readonly direct: boolean;
}

/** A notification with its place in the log. */
export interface Entry {
  readonly cursor: Cursor;
  readonly notification: Notification;
}

/** What the hub can't give any more: the log between two cursors. */
export interface Gap {
  readonly reason: string;
  readonly from?: Cursor;
  readonly to?: Cursor;
  readonly fromTime?: string;
  readonly toTime?: string;
}

/** The first event of every stream. */
export interface Hello {
  readonly heartbeatMs: number;
  /** The hub's clock, RFC 3339. */
  readonly now?: string;
  readonly user?: string;
}

/** One page of the history. */
export interface HistoryPage {
  /** Newest first. */
  readonly items: readonly Entry[];
  /** The end of what was looked at: what the next page lies before. */
  readonly cursor: Cursor;
  readonly more: boolean;
  readonly gap?: Gap;
}

/** Why the hub refused, after RFC 9457. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
}

/** What came over the wire is not what the protocol says. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Reads one notification; throws a {@link ProtocolError} if it has no id or no title. */
export function readNotification(value: unknown): Notification {
  const from = readObject(value, "notification");
  const level = LEVELS.find((known) => known === from["level"]) ?? "info";
  const topics = Array.isArray(from["topics"]) ? from["topics"].filter(isText) : [];
  return {
    id: need(from, "id"),
    title: need(from, "title"),
    time: text(from, "time") ?? "",
    level,
    topics,
    everyone: from["everyone"] === true,
    direct: from["direct"] === true,
    ...optional("body", text(from, "body")),
    ...optional("type", text(from, "type")),
    ...optional("source", text(from, "source")),
    ...optional("link", text(from, "link")),
    ...optional("expires", text(from, "expires")),
    ...optional("data", isObject(from["data"]) ? from["data"] : undefined),
  };
}

export function readHistoryPage(value: unknown): HistoryPage {
  const from = readObject(value, "history page");
  if (!Array.isArray(from["items"])) throw new ProtocolError("history page: items is missing");
  return {
    items: from["items"].map((item: unknown) => {
      const entry = readObject(item, "history item");
      return {
        cursor: need(entry, "cursor"),
        notification: readNotification(entry["notification"]),
      };
    }),
    cursor: need(from, "cursor"),
    more: from["more"] === true,
    ...optional("gap", from["gap"] == null ? undefined : readGap(from["gap"])),
  };
}

export function readGap(value: unknown): Gap {
  const from = readObject(value, "gap");
  return {
    reason: text(from, "reason") ?? "retention",
    ...optional("from", text(from, "from")),
    ...optional("to", text(from, "to")),
    ...optional("fromTime", text(from, "fromTime")),
    ...optional("toTime", text(from, "toTime")),
  };
}

export function readHello(value: unknown): Hello {
  const from = readObject(value, "hello");
  const heartbeatMs = from["heartbeatMs"];
  return {
    heartbeatMs: typeof heartbeatMs === "number" && heartbeatMs > 0 ? heartbeatMs : 15_000,
    ...optional("now", text(from, "now")),
    ...optional("user", text(from, "user")),
  };
}

/** Reads the id of what was withdrawn. */
export function readId(value: unknown): string {
  return need(readObject(value, "withdrawn"), "id");
}

/** Reads a problem document, or makes one from the status alone. */
export function readProblem(status: number, value: unknown): Problem {
  const from = isObject(value) ? value : {};
  return {
    status,
    title: text(from, "title") ?? `HTTP ${status}`,
    ...optional("detail", text(from, "detail")),
  };
}

/** Parses JSON that the protocol promises; throws a {@link ProtocolError} naming `what`. */
export function parseJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ProtocolError(`${what}: not JSON`, { cause });
  }
}

function readObject(value: unknown, what: string): Record<string, unknown> {
  if (!isObject(value)) throw new ProtocolError(`${what}: expected an object`);
  return value;
}

function text(from: Record<string, unknown>, name: string): string | undefined {
  const value = from[name];
  return isText(value) ? value : undefined;
}

function need(from: Record<string, unknown>, name: string): string {
  const value = text(from, name);
  if (value === undefined) throw new ProtocolError(`${name}: expected text`);
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optional<N extends string, V>(name: N, value: V | undefined): { [K in N]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [K in N]?: V });
}
