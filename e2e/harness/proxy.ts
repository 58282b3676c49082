import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A reverse proxy on a port of its own: passes each request on, with these headers more, and with
 * its path as `rewrite` has it.
 */
export async function openProxy(
  to: string,
  { headers = {}, rewrite = (path: string) => path }: { headers?: IncomingHttpHeaders; rewrite?: (path: string) => string } = {},
): Promise<{ url: string; close: () => void }> {
  const server = createServer((asked, answer) => {
    const onwards = request(new URL(rewrite(asked.url ?? '/'), to), {
      method: asked.method,
      headers: { ...asked.headers, ...headers },
    });
    onwards.on('response', (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onwards.on('error', () => answer.destroy());
    answer.on('close', () => onwards.destroy());
    asked.pipe(onwards);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
