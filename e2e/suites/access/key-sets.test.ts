import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { forge, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const jwk = (key: KeyObject, kid: string) => ({ ...createPublicKey(key).export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' });
const setOf = (keys: Record<string, KeyObject>) => JSON.stringify({ keys: Object.entries(keys).map(([kid, key]) => jwk(key, kid)) });
const signed = (issuer: string, kid: string, key: KeyObject) =>
  forge({ header: { kid }, claims: { iss: issuer, aud: 'hub' }, key });

/** An issuer's endpoint, which answers as a test says. */
class Endpoint {
  asked = 0;
  answer: (response: ServerResponse) => void = () => {};
  readonly #server = createServer((_, response) => {
    this.asked++;
    this.answer(response);
  });

  async open(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  says(status: number, body: string, headers: Record<string, string> = {}): void {
    this.answer = (response) => void response.writeHead(status, headers).end(body);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const endpoint = new Endpoint();
const elsewhere = new Endpoint();
const file = join(temporaryDir(), 'keys.json');
const [first, second, inFile] = [pair(), pair(), pair()];
let hub: Hub;
let elsewhereUrl: string;
beforeAll(async () => {
  endpoint.says(200, setOf({ one: first }));
  writeFileSync(file, setOf({ one: inFile }));
  elsewhereUrl = await elsewhere.open();
  elsewhere.says(200, setOf({ stolen: second }));
  hub = await Hub.start({
    access: {
      'key-sets': [
        { issuer: 'login', audience: 'hub', url: await endpoint.open(), refresh: '1s' },
        { issuer: 'shop', audience: 'hub', file },
      ],
    },
  });
});
afterAll(async () => {
  await hub?.kill();
  endpoint.close();
  elsewhere.close();
});

const publish = async (credentials: string) =>
  (await new Api(hub.url, credentials).post({ to: ['topic:shop.orders'], title: 'Signed' })).status;
const ready = async () => JSON.stringify(await (await fetch(`${hub.url}/health/ready`)).json());

it('takes tokens of the keys of a set, each of its issuer, which may have one kid', async () => {
  expect(await publish(signed('login', 'one', first))).toBe(201);
  expect(await publish(signed('shop', 'one', inFile))).toBe(201);
  expect(await publish(signed('shop', 'one', first))).toBe(401);
  expect(await publish(signed('login', 'one', inFile))).toBe(401);
  expect(await publish(forge({ header: { kid: 'one' }, claims: { iss: 'login', aud: 'other' }, key: first }))).toBe(401);
});

it.each([
  ['at a URL', 'login', () => endpoint.says(200, setOf({ two: second }))],
  ['in a file', 'shop', () => writeFileSync(file, setOf({ two: second }))],
] as const)('a stream ends with its key, after reauth, without a restart; the others go on: a set %s', async (_, issuer, rotate) => {
  const old = issuer === 'login' ? first : inFile;
  const both = setOf({ one: old, two: second });
  if (issuer === 'login') endpoint.says(200, both);
  else writeFileSync(file, both);
  await until('the new key', async () => (await publish(signed(issuer, 'two', second))) === 201);
  const read = (credentials: string, lastEventId = '') =>
    new Subscriber(hub.url, { token: credentials, retryMs: 0, ...(lastEventId && { lastEventId }) }).ready();
  const ended = await read(signed(issuer, 'one', old));
  const others = [await read(signed(issuer, 'two', second)), await read(token('carol'))];
  const load = new Load(new Api(hub.url, token('shop')), `rotation-${issuer}`, [['everyone']]);
  load.start(1);
  await until('some to be read', () => ended.arrivals.length > 5);

  const began = performance.now();
  rotate();
  await until('the stream ends', () => ended.ended);
  expect(performance.now() - began).toBeLessThan(1_500 + 5_000); // until the hub looks, and then
  expect(ended.raw.at(-1)?.event).toBe('reauth');
  expect(await publish(signed(issuer, 'one', old))).toBe(401);
  const refused = new Subscriber(hub.url, { token: signed(issuer, 'one', old), retryMs: 0 });
  await until('an answer', () => refused.ended);
  expect(refused.status).toBe(401);

  const renewed = await read(signed(issuer, 'two', second), ended.lastEventId);
  await load.stop();
  const keys = load.acknowledged().map((p) => p.key);
  for (const reader of [...others, renewed]) {
    await reader.has(keys.at(-1) ?? '');
    expect(reader.ended).toBe(false);
    reader.close();
  }
  expect([...ended.keys, ...renewed.keys]).toEqual(keys);
  for (const reader of others) expect(reader.keys).toEqual(keys);
  if (issuer === 'login') endpoint.says(200, setOf({ one: first }));
  else writeFileSync(file, setOf({ one: inFile }));
  await until('the first key again', async () => (await publish(signed(issuer, 'one', old))) === 201);
});

it('an empty set withdraws the last key, in mid-stream, and says so', async () => {
  const reader = await new Subscriber(hub.url, { token: signed('login', 'one', first), retryMs: 0 }).ready();
  endpoint.says(200, '{"keys":[]}');
  await until('the stream ends', () => reader.ended);
  expect(reader.raw.at(-1)?.event).toBe('reauth');
  expect(await publish(signed('login', 'one', first))).toBe(401);
  expect(await publish(signed('shop', 'one', inFile))).toBe(201);
  expect(await ready()).toMatch(/"status":"degraded".*the set is empty: all are withdrawn/);
  expect(hub.output).toMatch(/WARN.* is empty: login has withdrawn all its keys/);
  endpoint.says(200, setOf({ one: first }));
  await until('its keys', async () => (await publish(signed('login', 'one', first))) === 201);
});

describe('an endpoint that lies or hangs harms nobody who has a known key', () => {
  const known = signed('login', 'one', first);
  const oct = { kty: 'oct', kid: 'one', k: Buffer.alloc(32, 1).toString('base64url') };
  const lies: [string, RegExp, () => void][] = [
    ['500', /status 500/, () => endpoint.says(500, 'oops')],
    ['malformed JSON', /no JSON object/, () => endpoint.says(200, '{"keys":[')],
    ['a shared secret', /a shared secret/, () => endpoint.says(200, JSON.stringify({ keys: [oct] }))],
    ['two keys of one kid', /has its kid, too/, () => endpoint.says(200, JSON.stringify({ keys: [jwk(first, 'one'), jwk(second, 'one')] }))],
    ['a redirect elsewhere', /status 302/, () => endpoint.says(302, '', { location: elsewhereUrl })],
    ['a huge body', /no answer/, () => endpoint.says(200, ' '.repeat(8 << 20) + setOf({ one: second }))],
    ['no answer', /no whole answer within/, () => (endpoint.answer = () => {})],
  ];

  it.each(lies)('%s', async (_, reason, lie) => {
    lie();
    await until('the hub says so', async () => reason.test(await ready()), 30_000);
    expect(await ready()).toContain('"status":"degraded"');
    const asked = endpoint.asked;
    const began = performance.now();
    const strangers = Promise.all(Array.from({ length: 50 }, (_, i) => publish(signed('login', `unknown-${i}`, second))));
    for (let i = 0; i < 20; i++) expect(await publish(signed('login', 'one', first))).toBe(201);
    expect(await publish(known)).toBe(201);
    expect(await publish(token('shop'))).toBe(201);
    const seconds = (performance.now() - began) / 1000;
    expect(seconds).toBeLessThan(4); // not held up by what waits for the endpoint
    expect(endpoint.asked - asked).toBeLessThan(2 + 2 * seconds); // twice in its interval at most, whatever strangers send
    expect(new Set(await strangers)).toEqual(new Set([503])); // nobody can say that they are wrong
    expect(await hub.metric('tidings_key_set_up{issuer="login"}')).toBe(0);

    endpoint.says(200, setOf({ one: first }));
    await until('all is well', async () => (await ready()).includes('"status":"ready"'), 30_000);
  });

  it('each trouble is in the log once, and nobody else was asked', () => {
    for (const [, reason] of lies) {
      const said = hub.output.split('\n').filter((line) => line.includes('that are known stay') && reason.test(line));
      expect(said).toHaveLength(1);
    }
    expect(elsewhere.asked).toBe(0);
  });
});

it('starts while an endpoint is away, and calls no token wrong until it was there', async () => {
  endpoint.answer = (response) => response.destroy();
  await hub.stop();
  await hub.start();
  expect(await publish(signed('login', 'one', first))).toBe(503);
  expect(await publish(signed('shop', 'one', inFile))).toBe(201);
  expect(await publish(token('shop'))).toBe(201);
  endpoint.says(200, setOf({ one: first }));
  await until('its keys', async () => (await publish(signed('login', 'one', first))) === 201);
});
