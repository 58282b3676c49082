import { request, type IncomingMessage } from 'node:http';

export interface SseFrame {
  event?: string;
  id?: string;
  data?: string;
  retry?: number;
}

/** Cuts an event stream into frames (WHATWG HTML, 9.2.6); `take` answers those completed by a chunk. */
export class SseParser {
  #rest = '';
  #lines: string[] = [];

  take(chunk: string): SseFrame[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    const frames: SseFrame[] = [];
    for (const line of lines) {
      if (line !== '') this.#lines.push(line);
      else if (this.#lines.length > 0) frames.push(frameOf(this.#lines.splice(0)));
    }
    return frames;
  }
}

function frameOf(lines: string[]): SseFrame {
  const frame: SseFrame = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') frame.event = value;
    else if (name === 'id') frame.id = value;
    else if (name === 'retry') frame.retry = Number(value);
    else if (name === 'data') frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
  }
  return frame;
}

/** Opens one stream with a socket of its own; `onEnd` is called once, whatever ends it. */
export function openStream(
  url: string,
  headers: Record<string, string>,
  onFrame: (frame: SseFrame) => void,
  onEnd: (reason: Error | undefined) => void,
  onOpen: (response: IncomingMessage) => void = () => {},
): () => void {
  const parser = new SseParser();
  let ended = false;
  const end = (reason?: Error) => {
    if (ended) return;
    ended = true;
    outgoing.destroy();
    onEnd(reason);
  };
  const outgoing = request(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } }, (response) => {
    onOpen(response);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      if (ended) return;
      if (response.statusCode === 200) parser.take(chunk).forEach(onFrame);
    });
    response.on('end', () => end());
    response.on('error', end);
  });
  outgoing.on('error', end);
  outgoing.end();
  return end;
}
