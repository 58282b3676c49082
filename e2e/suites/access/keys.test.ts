import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { launcher } from '../../harness/paths.ts';
import { run } from '../../harness/process.ts';
import { audience, forge, issuer } from '../../harness/token.ts';

const dir = temporaryDir();
const privateFile = join(dir, 'private.pem');
const publicFile = join(dir, 'public.pem');
const keys = [{ id: 'pair', algorithm: 'EdDSA', 'public-key-file': publicFile, 'private-key-file': privateFile, issuer, audience }];
let hub: Hub;

beforeAll(async () => {
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', privateFile]);
  execFileSync('openssl', ['pkey', '-in', privateFile, '-pubout', '-out', publicFile]);
  hub = await Hub.start({ access: { keys } });
});
afterAll(() => hub?.kill());

const publish = async (credentials: string, title: string) =>
  (await new Api(hub.url, credentials).post({ to: ['topic:shop.orders'], title })).status;
const pair = () => ({ header: { kid: 'pair' }, key: createPrivateKey(readFileSync(privateFile)) });

it('takes a token that ./tidings signs with the EdDSA key of a PEM file by OpenSSL', async () => {
  const printed = await run(launcher, 'token', '--config', hub.configure(), '--user', 'shop', '--publish', 'topic:#');
  expect(await publish(printed.trim(), 'Signed by the launcher')).toBe(201);
});

it('takes a token that another program signs with the same key', async () => {
  expect(await publish(forge(pair()), 'Signed by another')).toBe(201);
});

it('refuses every other signature', async () => {
  const { privateKey: another } = generateKeyPairSync('ed25519');
  const refused = [
    forge({ ...pair(), key: another }),
    forge({ ...pair(), key: readFileSync(publicFile, 'utf8') }), // HS256 with the public key as the secret
    forge({ ...pair(), header: { kid: 'pair', alg: 'none' } }),
    forge({ ...pair(), header: { kid: 'pair', alg: 'HS256' } }),
  ];
  for (const credentials of refused) expect(await publish(credentials, 'Forged')).toBe(401);
  const titles = (await new Api(hub.url, forge(pair())).history()).map((entry) => entry.notification.title);
  expect(titles).toEqual(['Signed by the launcher', 'Signed by another']);
});
