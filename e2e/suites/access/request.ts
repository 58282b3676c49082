import { request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** One request with exactly these headers, `Host` included, which fetch would not let a caller choose. */
export function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((done, fail) => {
    const outgoing = request(url, { agent: false, method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => void (body += chunk));
      response.on('error', fail);
      const end = () => done({ status: response.statusCode ?? 0, headers: response.headers, body });
      response.on('end', end);
      if (response.headers['content-type']?.startsWith('text/event-stream')) {
        outgoing.destroy();
        end();
      }
    });
    outgoing.on('error', fail);
    outgoing.end(options.body);
  });
}
