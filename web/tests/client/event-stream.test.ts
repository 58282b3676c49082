import { describe, expect, test } from "vitest";
import {
  EventStreamParser,
  OversizeEventError,
  type ServerEvent,
} from "../../client/event-stream.ts";
import { vectors } from "../vectors.ts";

const BOM = "\uFEFF";

interface Parsed {
  readonly events: readonly ServerEvent[];
  readonly retries: readonly number[];
}

function parse(chunks: readonly Uint8Array[]): Parsed {
  const events: ServerEvent[] = [];
  const retries: number[] = [];
  const parser = new EventStreamParser({
    onEvent: (event) => events.push(event),
    onRetry: (retryMs) => retries.push(retryMs),
  });
  for (const chunk of chunks) parser.push(chunk);
  return { events, retries };
}

function parseText(text: string): Parsed {
  return parse([new TextEncoder().encode(text)]);
}

const message = (data: string, lastEventId = "", type = "message"): ServerEvent => ({
  type,
  data,
  lastEventId,
});

/** [rule, stream, events, retries], as the HTML standard has them. */
const RULES: [string, string, ServerEvent[], number[]?][] = [
  ["LF ends a line", "data: a\n\ndata: b\n\n", [message("a"), message("b")]],
  ["CR ends a line", "data: a\r\rdata: b\r\r", [message("a"), message("b")]],
  ["CRLF ends one line", "data: a\r\ndata: b\r\n\r\n", [message("a\nb")]],
  ["the ends may be mixed", "data: a\rdata: b\ndata: c\r\n\r\n", [message("a\nb\nc")]],
  ["a byte order mark is skipped, at the start only", `${BOM}data: a\n\n${BOM}data: b\n\n`, [message("a")]],
  ["a comment is ignored", ": hi\ndata: a\n:\n\n", [message("a")]],
  ["one space after the colon belongs to it", "data:a\ndata:  b\n\n", [message("a\n b")]],
  ["a line without colon is a field without value", "data\n\n", [message("")]],
  ["several data lines are joined", "data: a\ndata:\ndata: b\n\n", [message("a\n\nb")]],
  ["an event has a name", "event: tick\ndata: {}\n\ndata: a\n\n", [message("{}", "", "tick"), message("a")]],
  ["an empty name is none", "event:\ndata: a\n\n", [message("a")]],
  ["an event without data is none, but its id counts", "id: 1\nevent: x\n\ndata: a\n\n", [message("a", "1")]],
  ["an id lasts", "id: 7\ndata: a\n\ndata: b\n\n", [message("a", "7"), message("b", "7")]],
  ["an empty id clears it", "id: 7\ndata: a\n\nid\ndata: b\n\n", [message("a", "7"), message("b")]],
  ["an id with NUL is ignored", "id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n", [message("a", "7"), message("b", "7")]],
  ["retry is digits alone", "retry: 2873\n\nretry: 1x\n\nretry: -1\n\nretry:\n\n", [], [2873]],
  ["unknown fields are ignored", "foo: bar\nDATA: x\ndata: a\n\n", [message("a")]],
  ["an event that is not ended is dropped", "data: a\n\ndata: b\n", [message("a")]],
  ["U+2028 and U+0085 end no line", "data: a\u2028b\u0085c\n\n", [message("a\u2028b\u0085c")]],
  ["characters of several bytes survive", "data: é — 😀\n\n", [message("é — 😀")]],
];

describe("the event stream", () => {
  test.each(RULES)("%s", (_rule, text, events, retries = []) => {
    expect(parseText(text)).toEqual({ events, retries });
  });

  test.each(RULES)("%s, wherever it is cut in two", (_rule, text, events, retries = []) => {
    const bytes = new TextEncoder().encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const parsed = parse([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(parsed, `cut at byte ${cut}`).toEqual({ events, retries });
    }
  });

  test.each(RULES)("%s, byte by byte", (_rule, text, events, retries = []) => {
    const bytes = [...new TextEncoder().encode(text)].map((byte) => Uint8Array.of(byte));
    expect(parse(bytes)).toEqual({ events, retries });
  });

  test("bytes that are no UTF-8 become U+FFFD and break nothing", () => {
    const bytes = Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xc3, 0x0a, 0x0a);
    expect(parse([bytes]).events).toEqual([message("\uFFFD\uFFFD")]);
  });

  test("a line without end is refused past the bound", () => {
    const parser = new EventStreamParser({ onEvent: () => undefined }, 100);
    const chunk = new TextEncoder().encode("x".repeat(60));
    parser.push(chunk);
    expect(() => parser.push(chunk)).toThrow(OversizeEventError);
  });

  test("data without end is refused past the bound", () => {
    const parser = new EventStreamParser({ onEvent: () => undefined }, 100);
    const chunk = new TextEncoder().encode("data: aaaaaaaaaa\n");
    expect(() => {
      for (let i = 0; i < 10; i++) parser.push(chunk);
    }).toThrow(OversizeEventError);
  });

  interface Frame {
    readonly why: string;
    readonly event: string;
    readonly frame: string;
    readonly cursor?: string;
    readonly retryMs?: number;
  }
  const { frames } = vectors<{ frames: Frame[] }>("frames");
  test.each(frames)("the hub's frame: $why", ({ event, frame, cursor, retryMs }) => {
    const { events, retries } = parseText(frame);
    if (event === "retry") {
      expect({ events, retries }).toEqual({ events: [], retries: [retryMs] });
    } else {
      const type = event === "notification" ? "message" : event;
      expect(events).toMatchObject([{ type, lastEventId: cursor }]);
      expect(() => JSON.parse(events[0]?.data ?? "")).not.toThrow();
    }
  });
});
