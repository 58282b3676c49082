import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type State,
  type Stream,
  type StreamEvent,
  type StreamOptions,
  fetchHistory,
  openStream,
} from "../../client/index.ts";
import { TestHub, frameOf, problem } from "../hub.ts";

const FAST = { firstMs: 5, mostMs: 20 };

let hub: TestHub;
let stream: Stream | undefined;
let events: StreamEvent[];
let states: State[];

beforeEach(async () => {
  hub = await new TestHub().start();
  events = [];
  states = [];
});

afterEach(async () => {
  stream?.close();
  await hub.stop();
});

function open(options: Partial<StreamOptions> = {}): Stream {
  stream = openStream({
    hub: { url: hub.url },
    backoff: FAST,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    ...options,
  });
  return stream;
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 5_000, interval: 5 });
const untilState = (is: State["is"]) => until(() => expect(stream?.state.is).toBe(is));
const titles = () =>
  events.flatMap((event) => (event.is === "notification" ? [event.notification.title] : []));
const failures = () => states.flatMap((state) => (state.is === "waiting" ? [state.failure] : []));
const inARow = () => states.flatMap((state) => (state.is === "waiting" ? [state.failures] : []));
const streamCalls = () => hub.requests.filter(({ url }) => url.startsWith("/v1/stream"));

describe("a stream", () => {
  test("goes live with the hub's hello and brings what is published", async () => {
    open();
    await untilState("live");
    hub.publish({ title: "one" });
    hub.publish({ title: "two" });
    await until(() => expect(titles()).toEqual(["one", "two"]));
    expect(stream?.cursor).toBe("fixture1.2");
  });

  test("resumes from its cursor after the hub was away, with nothing lost or repeated", async () => {
    open();
    await untilState("live");
    hub.publish({ title: "one" });
    await until(() => expect(titles()).toEqual(["one"]));
    await hub.stop();
    await until(() => expect(failures().map(({ reason }) => reason)).toContain("unreachable"));
    hub.publish({ title: "two" });
    hub.publish({ title: "three" });
    await hub.start();
    await until(() => expect(titles()).toEqual(["one", "two", "three"]));
    expect(streamCalls().at(-1)?.url).toBe("/v1/stream?after=fixture1.1");
  });

  test("drops what it already has, by cursor and by id", async () => {
    open();
    await untilState("live");
    const one = hub.publish({ title: "one" });
    hub.send(frameOf(one));
    hub.send(frameOf({ ...one, cursor: "fixture2.9" }));
    hub.send(frameOf({ cursor: "fixture2.10", notification: { id: "x", title: "two" } }));
    await until(() => expect(titles()).toEqual(["one", "two"]));
    expect(stream?.cursor).toBe("fixture2.10");
  });

  test("takes nothing from before the cursor that it began with", async () => {
    open({ after: "fixture1.5" });
    await untilState("live");
    hub.send(frameOf({ cursor: "fixture1.5", notification: { id: "a", title: "had" } }));
    hub.send(frameOf({ cursor: "fixture1.6", notification: { id: "b", title: "new" } }));
    await until(() => expect(titles()).toEqual(["new"]));
  });

  test("moves on with a tick, also past what its filter skipped", async () => {
    open();
    await untilState("live");
    hub.event("tick", { cursor: "fixture1.50" }, "fixture1.50");
    await until(() => expect(events).toEqual([{ is: "tick", cursor: "fixture1.50" }]));
    hub.endStreams();
    await until(() => expect(streamCalls()).toHaveLength(2));
    expect(streamCalls().at(-1)?.url).toBe("/v1/stream?after=fixture1.50");
  });

  test("announces a gap and goes on where it ends, even a step back", async () => {
    open({ after: "fixture1.0" });
    await untilState("live");
    hub.publish({ title: "before" });
    const gap = { reason: "epoch", from: "fixture1.90", to: "fixture9.0" };
    hub.event("gap", gap, gap.to);
    hub.send(frameOf({ cursor: "fixture9.1", notification: { id: "x", title: "after" } }));
    await until(() =>
      expect(events.map((event) => event.is)).toEqual(["notification", "gap", "notification"]),
    );
    expect(events[1]).toEqual({ is: "gap", cursor: "fixture9.0", gap });
  });

  test("tells what is withdrawn", async () => {
    open();
    await untilState("live");
    hub.event("withdrawn", { id: "id-1" }, "fixture1.5");
    await until(() =>
      expect(events).toEqual([{ is: "withdrawn", cursor: "fixture1.5", id: "id-1" }]),
    );
  });

  test("ignores events that it does not know, but not their cursor", async () => {
    open();
    await untilState("live");
    hub.event("presence", { n: 3 }, "fixture1.7");
    await until(() => expect(stream?.cursor).toBe("fixture1.7"));
    expect(events).toEqual([]);
  });

  test("passes over one event that can't be read, and says so", async () => {
    open();
    await untilState("live");
    hub.send("id: fixture1.1\ndata: {\"id\":7}\n\n");
    await until(() => expect(failures().map(({ reason }) => reason)).toEqual(["garbled"]));
    await untilState("live");
    expect(streamCalls().at(-1)?.url).toBe("/v1/stream?after=fixture1.1");
  });

  test("sends its token in the header, never in the URL", async () => {
    hub.token = "secret-token";
    open({ hub: { url: hub.url, token: "secret-token" } });
    await untilState("live");
    expect(hub.requests).toEqual([{ method: "GET", url: "/v1/stream", token: "secret-token" }]);
  });

  test("without a valid token it is signed out and asks no more", async () => {
    hub.token = "secret";
    open();
    await untilState("signed-out");
    expect(states).toEqual([
      { is: "signed-out", problem: expect.objectContaining({ status: 401 }) },
    ]);
    expect(hub.requests).toHaveLength(1);
  });

  test("reauth signs it out at once, and nothing is brought after it", async () => {
    open();
    await untilState("live");
    const late = frameOf({ cursor: "fixture1.9", notification: { id: "x", title: "late" } });
    hub.send(`event: reauth\nid: fixture1.8\ndata: {"cursor":"fixture1.8"}\n\n${late}`);
    await untilState("signed-out");
    await until(() => expect(hub.streams).toBe(0));
    expect(titles()).toEqual([]);
  });

  test("a lasting refusal is not tried again until its owner asks", async () => {
    hub.intercept = (_url, response) => {
      problem(response, 403, "Not allowed", "to: topic:x (expected what the token may read)");
      return true;
    };
    open();
    await untilState("refused");
    expect(states).toMatchObject([{ problem: { status: 403, detail: /topic:x/ } }]);
    hub.intercept = () => false;
    stream?.retry();
    await untilState("live");
    expect(hub.requests).toHaveLength(2);
  });

  test("a passing refusal is tried again, not before the hub's Retry-After", async () => {
    hub.intercept = (_url, response) => {
      problem(response, 503, "Overloaded", "", { "Retry-After": "120" });
      return true;
    };
    open();
    await untilState("waiting");
    expect(states).toMatchObject([{ delayMs: 120_000, failure: { reason: "busy" } }]);
  });

  test("a 200 that only says retry is overload: it waits as long as that", async () => {
    hub.intercept = (_url, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.end("retry: 2873\n\n");
      return true;
    };
    open();
    await untilState("waiting");
    expect(states).toMatchObject([{ delayMs: 2_873, failure: { reason: "ended" } }]);
  });

  test("an answer that is no event stream is not read", async () => {
    hub.intercept = (_url, response) => {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end("<p>Log in to this network</p>");
      return true;
    };
    open();
    await untilState("waiting");
    expect(failures()[0]?.reason).toBe("garbled");
  });

  test("a silent line is dead after its heartbeats, and is opened anew", async () => {
    hub.heartbeatMs = 40;
    open();
    await until(() => expect(failures()[0]?.reason).toBe("silent"));
    await until(() => expect(streamCalls().length).toBeGreaterThan(1));
    await until(() => expect(inARow().length).toBeGreaterThan(1));
    expect(new Set(inARow())).toEqual(new Set([1])); // it held for a heartbeat each time
  });

  test("a line that is cut after every hello is opened less and less often", async () => {
    open({
      onState: (state) => {
        states.push(state);
        if (state.is === "live") hub.endStreams();
      },
    });
    await until(() => expect(inARow().slice(0, 4)).toEqual([1, 2, 3, 4]));
  });

  test("a hub that never says hello is not waited for", async () => {
    hub.intercept = () => true;
    open({ helloMs: 30 });
    await until(() => expect(failures()[0]?.reason).toBe("silent"));
  });

  test("retry does not wait for the pause to end", async () => {
    await hub.stop();
    open({ backoff: { firstMs: 60_000, mostMs: 60_000 } });
    await untilState("waiting");
    await hub.start();
    stream?.retry();
    await untilState("live");
  });

  test("close ends it for good, in the middle of a chunk too", async () => {
    open({
      onEvent: (event) => {
        events.push(event);
        stream?.close();
      },
    });
    await untilState("live");
    hub.send(
      frameOf({ cursor: "fixture1.1", notification: { id: "a", title: "one" } }) +
        frameOf({ cursor: "fixture1.2", notification: { id: "b", title: "two" } }),
    );
    await until(() => expect(hub.streams).toBe(0));
    expect(titles()).toEqual(["one"]);
    expect(states.at(-1)).toEqual({ is: "closed" });
  });
});

describe("the history", () => {
  const signal = new AbortController().signal;

  test("is read in pages, newest first, each before the last one's cursor", async () => {
    for (let i = 1; i <= 5; i++) hub.publish({ title: `n${i}` });
    const first = await fetchHistory({ url: hub.url }, { limit: 3 }, signal);
    expect(first.items.map((item) => item.notification.title)).toEqual(["n5", "n4", "n3"]);
    expect(first).toMatchObject({ cursor: "fixture1.3", more: true });
    const second = await fetchHistory({ url: hub.url }, { limit: 3, before: first.cursor }, signal);
    expect(second.items.map((item) => item.notification.title)).toEqual(["n2", "n1"]);
    expect(second.more).toBe(false);
  });

  test("a hub under a path keeps the path", async () => {
    const url = new URL("under/path/", hub.url);
    await expect(fetchHistory({ url }, { limit: 1 }, signal)).rejects.toThrow();
    expect(hub.requests.map((request) => request.url)).toEqual([
      "/under/path/v1/notifications?limit=1",
    ]);
  });

  test("a refusal carries the hub's problem", async () => {
    hub.token = "secret";
    await expect(fetchHistory({ url: hub.url }, { limit: 1 }, signal)).rejects.toMatchObject({
      problem: { status: 401, title: "A token is needed" },
    });
  });

  test("what is not the protocol's is refused", async () => {
    hub.intercept = (_url, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end('{"items":[{"cursor":"fixture1.1","notification":{"id":"x"}}],"cursor":"fixture1.1"}');
      return true;
    };
    await expect(fetchHistory({ url: hub.url }, { limit: 1 }, signal)).rejects.toThrow(
      "title: expected text",
    );
  });
});
