/** One dispatched event of a `text/event-stream`. */
export interface ServerEvent {
  /** The event's name; `message` when the stream gave none. */
  readonly type: string;
  readonly data: string;
  /** The last id that the stream has given so far, on this or an earlier event. */
  readonly lastEventId: string;
}

/** What a parser tells its owner, during `push`. */
export interface EventStreamHandler {
  onEvent(event: ServerEvent): void;
  /** The stream asked for this delay before the next connection. */
  onRetry?(retryMs: number): void;
}

/** A line or an event is longer than the parser is willing to keep. */
export class OversizeEventError extends Error {
  override readonly name = "OversizeEventError";
}

/**
 * Parses a `text/event-stream` from chunks of bytes cut anywhere, as in the HTML standard, section
 * 9.2.6: UTF-8 with an optional byte order mark, lines ended by LF, CRLF or CR, comments, and an
 * event that is not ended by an empty line is dropped with the stream. One parser per connection.
 */
export class EventStreamParser {
  readonly #handler: EventStreamHandler;
  readonly #eventCharsMax: number;
  readonly #decoder = new TextDecoder();
  #line = "";
  #afterCarriageReturn = false;
  #data: string[] = [];
  #dataChars = 0;
  #type = "";
  #lastEventId = "";

  /** `eventCharsMax` bounds what is kept of one line and of one event's data. */
  constructor(handler: EventStreamHandler, eventCharsMax = 1 << 20) {
    this.#handler = handler;
    this.#eventCharsMax = eventCharsMax;
  }

  /** Takes the next bytes; throws an {@link OversizeEventError} past the bound. */
  push(chunk: Uint8Array): void {
    const text = this.#decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === LF && this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false;
        start = i + 1;
      } else if (code === LF || code === CR) {
        this.#endLine(this.#line + text.slice(start, i));
        this.#line = "";
        this.#afterCarriageReturn = code === CR;
        start = i + 1;
      } else {
        this.#afterCarriageReturn = false;
      }
    }
    this.#line += text.slice(start);
    this.#check(this.#line.length);
  }

  #endLine(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (field) {
      case "data":
        this.#dataChars += value.length + 1;
        this.#check(this.#dataChars);
        this.#data.push(value);
        break;
      case "event":
        this.#type = value;
        break;
      case "id":
        if (!value.includes("\0")) this.#lastEventId = value;
        break;
      case "retry":
        if (/^\d+$/.test(value)) this.#handler.onRetry?.(Number(value));
        break;
    }
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type || "message";
    this.#data = [];
    this.#dataChars = 0;
    this.#type = "";
    if (data.length > 0) {
      this.#handler.onEvent({ type, data: data.join("\n"), lastEventId: this.#lastEventId });
    }
  }

  #check(chars: number): void {
    if (chars > this.#eventCharsMax) {
      throw new OversizeEventError(
        `event stream: ${chars} characters in one event (expected at most ${this.#eventCharsMax})`,
      );
    }
  }
}

const LF = 10;
const CR = 13;
