import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { packages, pages } from './paths.ts';

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Another web site, on an origin of its own: the test pages, and the npm packages below `/npm/`. */
export async function openSite(): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://site').pathname);
    const base = path.startsWith('/npm/') ? join(packages, path.slice(5)) : join(pages, path);
    const file = [base, `${base}.js`].find((name) => extname(name) in types && existsSync(name));
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': `${types[extname(file)]}; charset=utf-8` });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
