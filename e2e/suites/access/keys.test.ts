import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { launcher } from '../../harness/paths.ts';
import { run } from '../../harness/process.ts';
import { forge } from '../../harness/token.ts';

const dir = temporaryDir();

/** What openssl makes a pair of; and another pair, made here. */
const algorithms: [string, string[], () => KeyObject][] = [
  ['RS256', ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['ES256', ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['EdDSA', ['ed25519'], () => generateKeyPairSync('ed25519').privateKey],
];
const file = (name: string, half: string) => join(dir, `${name}-${half}.pem`);

/** A key of that name, as an application of its own would have it. */
function makeKey(algorithm: string, options: string[], name = algorithm): object {
  execFileSync('openssl', ['genpkey', '-algorithm', ...options, '-out', file(name, 'private')], { stdio: 'ignore' });
  execFileSync('openssl', ['pkey', '-in', file(name, 'private'), '-pubout', '-out', file(name, 'public')]);
  return {
    id: name,
    algorithm,
    'public-key-file': file(name, 'public'),
    'private-key-file': file(name, 'private'),
    issuer: `app-${name}`,
    audience: `hub-${name}`,
  };
}

let hub: Hub;
let accepted = 0;
beforeAll(async () => {
  hub = await Hub.start({ access: { keys: algorithms.map(([algorithm, options]) => makeKey(algorithm, options)) } });
});
afterAll(() => hub?.kill());

const publish = async (credentials: string) =>
  (await new Api(hub.url, credentials).post({ to: ['topic:shop.orders'], title: 'Signed' })).status;
const own = (name: string) => ({
  header: { kid: name },
  claims: { iss: `app-${name}`, aud: `hub-${name}` },
  key: createPrivateKey(readFileSync(file(name, 'private'))),
});

describe.each(algorithms)('%s, with keys in PEM files by OpenSSL', (name, _, another) => {
  it('takes a token that ./tidings signs', async () => {
    const args = ['--key', name, '--user', 'shop', '--publish', 'topic:#'];
    const printed = await run(launcher, 'token', '--config', hub.configure(), ...args);
    expect(await publish(printed.trim())).toBe(201);
    accepted++;
  });

  it('takes a token that another program signs with the same key', async () => {
    expect(await publish(forge(own(name)))).toBe(201);
    accepted++;
  });

  it('refuses every other signature, and every other issuer and audience', async () => {
    const others = algorithms.map(([other]) => other).filter((other) => other !== name);
    const refused = [
      forge({ ...own(name), key: another() }),
      forge({ ...own(name), key: readFileSync(file(name, 'public'), 'utf8') }), // HS256 with the public key as the secret
      forge({ ...own(name), key: readFileSync(file(name, 'public'), 'utf8'), header: { kid: undefined } }),
      ...['none', 'HS256', ...others].map((alg) => forge({ ...own(name), header: { kid: name, alg } })),
      ...others.map((other) => forge({ ...own(name), header: { kid: other } })),
      ...others.map((other) => forge({ ...own(name), claims: own(other).claims })),
      ...others.map((other) => forge({ ...own(name), claims: { ...own(name).claims, iss: `app-${other}` } })),
      ...others.map((other) => forge({ ...own(name), claims: { ...own(name).claims, aud: `hub-${other}` } })),
    ];
    for (const credentials of refused) expect(await publish(credentials)).toBe(401);
    expect(await new Api(hub.url, forge(own(name))).history()).toHaveLength(accepted);
  });
});

it('does not start with an RSA key below 2,048 bits, and names it', async () => {
  const weak = makeKey('RS256', ['RSA', '-pkeyopt', 'rsa_keygen_bits:1024'], 'weak');
  const { code, said } = await (await Hub.prepare({ access: { keys: [weak] } })).refusal();
  expect(code).not.toBe(0);
  expect(said).toMatch(/weak-public\.pem: an RSA key of 1024 bits \(expected at least 2048\)/);
});
