import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { forge } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const dir = temporaryDir();
const file = (name: string) => join(dir, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
const ec = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

/** A private authority, as a company has one. */
function authority(name: string): void {
  openssl('req', '-x509', ...ec, '-days', '2', '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`));
}

/** A server's certificate that the authority has signed. */
function certificate(name: string, by: string, subject: string): void {
  openssl('req', '-new', ...ec, '-subj', '/CN=login', '-addext', `subjectAltName=${subject}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`));
  openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`), '-days', '2', '-copy_extensions', 'copy', '-out', file(`${name}.pem`));
}

const [first, second] = [0, 0].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) as [KeyObject, KeyObject];
let keys: Record<string, KeyObject> = { one: first };
const servers: Server[] = [];

async function endpoint(name: string): Promise<string> {
  const server = createServer({ cert: readFileSync(file(`${name}.pem`)), key: readFileSync(file(`${name}.key`)) }, (_, answer) =>
    answer.end(JSON.stringify({ keys: Object.entries(keys).map(([kid, key]) => ({ ...createPublicKey(key).export({ format: 'jwk' }), kid })) })),
  );
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
}

let hub: Hub;
beforeAll(async () => {
  authority('ours');
  authority('another');
  certificate('login', 'ours', 'IP:127.0.0.1');
  certificate('misnamed', 'ours', 'DNS:login.example.org');
  const url = await endpoint('login');
  const set = (issuer: string, at: string, authorities?: string) => ({ issuer, audience: 'hub', url: at, refresh: '1s', ...(authorities && { 'ca-file': file(`${authorities}.pem`) }) });
  hub = await Hub.start({
    access: {
      'key-sets': [set('ours', url, 'ours'), set('unknown', url), set('foreign', url, 'another'), set('misnamed', await endpoint('misnamed'), 'ours')],
    },
  });
});
afterAll(async () => {
  await hub?.kill();
  for (const server of servers) server.closeAllConnections();
});

const publish = async (issuer: string, kid: string, key: KeyObject) =>
  (await new Api(hub.url, forge({ header: { kid }, claims: { iss: issuer, aud: 'hub' }, key })).post({ to: ['everyone'], title: 'Signed' })).status;

it('keys come from an endpoint whose certificate a private authority has signed, and rotate', async () => {
  expect(await publish('ours', 'one', first)).toBe(201);
  keys = { two: second };
  await until('the new key', async () => (await publish('ours', 'two', second)) === 201);
  await until('the old key is gone', async () => (await publish('ours', 'one', first)) === 401);
});

it('who is not proven to be that host gives no keys', async () => {
  for (const issuer of ['unknown', 'foreign', 'misnamed']) expect(await publish(issuer, 'one', first)).toBe(503);
  const ready = JSON.stringify(await (await fetch(`${hub.url}/health/ready`)).json());
  expect(ready).not.toContain('keys of ours');
  expect(ready).toMatch(/keys of unknown[^}]*PKIX/);
  expect(ready).toMatch(/keys of foreign[^}]*PKIX/);
  expect(ready).toMatch(/keys of misnamed[^}]*subject alternative/);
});
