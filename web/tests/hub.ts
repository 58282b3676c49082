import { readFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The policy under which a hub serves its page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

export interface Stored {
  readonly cursor: string;
  readonly notification: Record<string, unknown>;
}

interface OpenStream {
  readonly response: ServerResponse;
  readonly url: URL;
}

/**
 * A small server that speaks the hub's protocol from memory over real sockets, and does on request
 * what a hub does only in trouble.
 */
export class TestHub {
  readonly requests: { readonly method: string; readonly url: string; readonly token: string }[] =
    [];
  readonly log: Stored[] = [];
  readonly #dist: string | undefined;
  readonly #streams = new Set<OpenStream>();
  #server: Server | undefined;
  #port = 0;
  epoch = "fixture1";
  heartbeatMs = 15_000;
  /** The origin of a page served from elsewhere. */
  corsOrigin: string | undefined;
  /** What the page's own HTML is rewritten to, for a page that names its hub. */
  rewrite: (html: string) => string = (html) => html;
  /** The path under which the page is served. */
  filesUnder = "/";
  /** The page's Content-Security-Policy; empty for a plain file server. */
  policy = POLICY;
  /** The token that is asked for; without one, everybody may read. */
  token: string | undefined;
  /** The hub's clock. */
  now: () => number = Date.now;
  /** Answers a call itself, if it returns true. */
  intercept: (url: URL, response: ServerResponse) => boolean = () => false;

  constructor(dist?: string) {
    this.#dist = dist;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}/`);
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Starts to listen, on the same port as before if it was stopped. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Cuts every connection and stops listening. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    this.#streams.clear();
  }

  publish(draft: Record<string, unknown>): Stored {
    const position = this.log.length + 1;
    const stored = {
      cursor: `${this.epoch}.${position}`,
      notification: {
        id: `id-${position}`,
        time: new Date(this.now()).toISOString(),
        level: "info",
        topics: [],
        ...draft,
      },
    };
    this.log.push(stored);
    this.send(frameOf(stored));
    return stored;
  }

  /** Sends raw bytes of the event stream to every reader. */
  send(frame: string): void {
    for (const { response } of this.#streams) response.write(frame);
  }

  event(name: string, data: unknown, cursor = this.cursor): void {
    this.send(`event: ${name}\nid: ${cursor}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Ends every stream in an orderly way, after these bytes. */
  endStreams(lastWords = ""): void {
    for (const { response } of this.#streams) response.end(lastWords);
    this.#streams.clear();
  }

  get cursor(): string {
    return this.log.at(-1)?.cursor ?? `${this.epoch}.0`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    this.requests.push({ method: request.method ?? "", url: request.url ?? "", token });
    if (this.corsOrigin !== undefined) {
      response.setHeader("Access-Control-Allow-Origin", this.corsOrigin);
      response.setHeader("Access-Control-Allow-Headers", "Authorization");
      response.setHeader("Vary", "Origin");
    }
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    if (this.intercept(url, response)) return;
    if (!url.pathname.startsWith("/v1/")) return this.#serveFile(url, response);
    if (this.token !== undefined && token !== this.token) {
      return problem(response, 401, "A token is needed", "no token, or not a valid one");
    }
    if (url.pathname === "/v1/notifications") return this.#serveHistory(url, response);
    if (url.pathname === "/v1/stream") return this.#serveStream(url, response);
    problem(response, 404, "Not found", url.pathname);
  }

  #serveHistory(url: URL, response: ServerResponse): void {
    const limit = Number(url.searchParams.get("limit"));
    const before = url.searchParams.get("before");
    const end = before === null ? this.log.length : positionIn(before) - 1;
    const start = Math.max(0, end - limit);
    const items = this.log.slice(start, end).reverse();
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    const cursor = items.at(-1)?.cursor ?? before ?? this.cursor;
    response.end(JSON.stringify({ items, cursor, more: start > 0 }));
  }

  #serveStream(url: URL, response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const after = url.searchParams.get("after") ?? this.cursor;
    const hello = {
      heartbeatMs: this.heartbeatMs,
      now: new Date(this.now()).toISOString(),
      to: ["everyone"],
      cursor: after,
      ...(this.token === undefined ? {} : { user: "alice" }),
    };
    response.write(`event: hello\nid: ${after}\ndata: ${JSON.stringify(hello)}\n\n`);
    for (const stored of this.log.slice(positionIn(after))) response.write(frameOf(stored));
    const stream = { response, url };
    this.#streams.add(stream);
    response.on("close", () => this.#streams.delete(stream));
  }

  async #serveFile(url: URL, response: ServerResponse): Promise<void> {
    const path = url.pathname.startsWith(this.filesUnder)
      ? url.pathname.slice(this.filesUnder.length) || "index.html"
      : undefined;
    const body =
      this.#dist === undefined || path === undefined
        ? undefined
        : await readFile(join(this.#dist, normalize(path))).catch(() => undefined);
    if (body === undefined || path === undefined) {
      return problem(response, 404, "Not found", url.pathname);
    }
    const headers = this.policy ? { "Content-Security-Policy": this.policy } : {};
    response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "", ...headers });
    response.end(path === "index.html" ? this.rewrite(body.toString()) : body);
  }
}

/** A notification's frame on the stream. */
export function frameOf({ cursor, notification }: Stored): string {
  return `id: ${cursor}\ndata: ${JSON.stringify(notification)}\n\n`;
}

export function problem(
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
  response.end(JSON.stringify({ type: "about:blank", status, title, detail }));
}

function positionIn(cursor: string): number {
  return Number(cursor.slice(cursor.lastIndexOf(".") + 1));
}
