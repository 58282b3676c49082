import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Api, everyAddress, type Problem } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { run } from '../../harness/process.ts';
import { launcher } from '../../harness/paths.ts';
import { forge, token, type Grants } from '../../harness/token.ts';
import { send, type Answer } from './request.ts';

let hub: Hub;
let auditor: Api;
/** What was accepted on purpose; nothing else may be in the log. */
let accepted = 0;

beforeAll(async () => {
  hub = await Hub.start();
  auditor = new Api(hub.url, token('auditor', { subscribe: ['topic:#', 'user:*'] }));
});
afterAll(() => hub?.kill());
afterEach(async () => expect(await auditor.history(everyAddress), 'nothing more is stored').toHaveLength(accepted));

const draft = { to: ['topic:shop.orders'], title: 'Order 1 placed' };
const json = { 'content-type': 'application/json' };
const bearer = (credentials: string) => ({ authorization: `Bearer ${credentials}` });

/** Posts as someone who may publish to the shop's topics. */
const post = (body: unknown, headers: Record<string, string> = {}, grants: Grants = { publish: ['topic:shop.#'] }) =>
  send(`${hub.url}/v1/notifications`, {
    method: 'POST',
    headers: { ...json, ...bearer(token('shop', grants)), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

function expectProblem(answer: Answer, status: number, type: string, field?: string): Problem {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(answer.body) as Problem;
  expect(problem.type).toBe(`urn:tidings:problem:${type}`);
  expect(problem.status).toBe(status);
  if (field !== undefined) expect(problem.field).toBe(field);
  expect(answer.headers['x-request-id']).toBeTruthy();
  return problem;
}

describe('a token is refused with 401', () => {
  const past = Math.floor(Date.now() / 1000) - 3600;
  const bad: [string, string][] = [
    ['that is no token', 'nonsense'],
    ['that is empty in its parts', '..'],
    ['that has expired', forge({ claims: { exp: past } })],
    ['that never expires', forge({ claims: { exp: null } })],
    ['that is not valid yet', forge({ claims: { nbf: Math.floor(Date.now() / 1000) + 3600 } })],
    ['of algorithm none', forge({ header: { alg: 'none' } })],
    ['of algorithm none without a key id', forge({ header: { alg: 'none', kid: undefined } })],
    ['of another key', forge({ key: 'another-secret-another-secret-another' })],
    ['of a key that is not configured', forge({ header: { kid: 'other' } })],
    ['of another algorithm than its key', forge({ header: { alg: 'HS512' } })],
    ['that carries its own key', forge({ header: { kid: undefined, jwk: { kty: 'oct', k: 'eHh4' } }, key: 'xxx' })],
    ['that demands an unknown extension', forge({ header: { crit: ['x'], x: 1 } })],
    ['for another audience', forge({ claims: { aud: 'elsewhere' } })],
    ['for no audience', forge({ claims: { aud: null } })],
    ['of another issuer', forge({ claims: { iss: 'stranger' } })],
    ['without a subject', forge({ claims: { sub: null } })],
    ['whose subject has a control character', forge({ claims: { sub: 'alice\nid: 1' } })],
  ];

  it.each(bad)('%s', async (_, credentials) => {
    const answers = [
      await send(`${hub.url}/v1/notifications`, { method: 'POST', headers: { ...json, ...bearer(credentials) }, body: JSON.stringify(draft) }),
      await send(`${hub.url}/v1/stream?to=topic:shop.%23`, { headers: bearer(credentials) }),
      await send(`${hub.url}/v1/notifications`, { headers: bearer(credentials) }),
    ];
    for (const answer of answers) {
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    }
  });

  it('that is missing', async () => {
    const answer = await send(`${hub.url}/v1/notifications`, { method: 'POST', headers: json, body: JSON.stringify(draft) });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('and none of them stands in the log of the hub', () => {
    for (const [, credentials] of bad) if (credentials.length > 20) expect(hub.output).not.toContain(credentials);
  });
});

describe('a token without the grant', () => {
  it.each([
    ['a topic', ['topic:shop.orders'], {}],
    ['a topic outside the pattern', ['topic:other'], { publish: ['topic:shop.#'] }],
    ['everyone', ['everyone'], { publish: ['topic:#'] }],
    ['a user', ['user:bob'], { publish: ['topic:#', 'everyone'] }],
    ['one address of several', ['topic:shop.orders', 'user:bob'], { publish: ['topic:#'] }],
  ] as [string, string[], Grants][])('may not publish to %s', async (_, to, grants) => {
    const problem = expectProblem(await post({ to, title: 'x' }, {}, grants), 403, 'forbidden');
    expect(problem.detail).toContain(to.at(-1));
  });

  it.each(['topic:shop.orders', 'topic:%23', 'user:bob'])('may not read %s', async (to) => {
    expectProblem(await send(`${hub.url}/v1/stream?to=${to}`, { headers: bearer(token('alice', {})) }), 403, 'forbidden');
    expectProblem(await send(`${hub.url}/v1/notifications?to=${to}`, { headers: bearer(token('alice', {})) }), 403, 'forbidden');
  });

  it('gets the same answer for what it may not see as for what does not exist', async () => {
    const { id } = await new Api(hub.url, token('shop')).publish({ to: ['user:bob'], title: 'For Bob' });
    accepted++;
    const alice = new Api(hub.url, token('alice', {}));
    const ask = async (path: string, method: string) => {
      const response = await alice.call(`/v1/notifications/${path}`, { method });
      return { status: response.status, body: (await response.text()).replaceAll(path, 'ID') };
    };
    for (const method of ['GET', 'DELETE']) {
      const hidden = await ask(id, method);
      expect(hidden.status).toBe(404);
      expect(hidden).toEqual(await ask('0192c3a4-0000-7000-8000-000000000000', method));
    }
    const raw = await alice.call(`/v1/notifications/${id}/raw`);
    expect(raw.status).toBe(403);
    const bob = new Api(hub.url, token('bob', {}));
    expect((await bob.call(`/v1/notifications/${id}`)).status).toBe(200);
    expect((await bob.call(`/v1/notifications/${id}`, { method: 'DELETE' })).status).toBe(403);
  });
});

describe('a body is refused', () => {
  const invalid: [string, unknown, string][] = [
    ['with an unknown field', { ...draft, colour: 'red' }, 'colour'],
    ['without a title', { to: draft.to }, 'title'],
    ['with a title that is a number', { ...draft, title: 5 }, 'title'],
    ['with an empty title', { ...draft, title: '' }, 'title'],
    ['with a title of 301 characters', { ...draft, title: 'x'.repeat(301) }, 'title'],
    ['with a line feed in its title', { ...draft, title: 'a\nb' }, 'title'],
    ['with NUL in its title', { ...draft, title: 'a\u0000b' }, 'title'],
    ['without an address', { title: 'x' }, 'to'],
    ['with no address in its list', { ...draft, to: [] }, 'to'],
    ['with an address that is no list', { ...draft, to: 'everyone' }, 'to'],
    ['with an address of no kind', { ...draft, to: ['group:a'] }, 'to'],
    ['with 1,001 addresses', { ...draft, to: Array.from({ length: 1001 }, (_, i) => `topic:shop.n${i}`) }, 'to'],
    ['with a pattern as address', { ...draft, to: ['topic:shop.#'] }, 'to'],
    ['with an empty word in a topic', { ...draft, to: ['topic:shop..orders'] }, 'to'],
    ['with CR LF in a topic', { ...draft, to: ['topic:shop\r\nid: 1'] }, 'to'],
    ['with a control character in a user id', { ...draft, to: ['user:bob\u0007'] }, 'to'],
    ['with a space in a user id', { ...draft, to: ['user:bob smith'] }, 'to'],
    ['with a control character in its type', { ...draft, type: 'push\n' }, 'type'],
    ['with a control character in its source', { ...draft, source: 'Git\tHub' }, 'source'],
    ['with a control character in its ref', { ...draft, ref: 'a\nb' }, 'ref'],
    ['with a control character in its key', { ...draft, key: 'a\u0000' }, 'key'],
    ['with a level that is none', { ...draft, level: 'fatal' }, 'level'],
    ['with a link that runs', { ...draft, link: 'javascript:alert(1)' }, 'link'],
    ['with a link to another host in disguise', { ...draft, link: '//evil.example/' }, 'link'],
    ['with data that is a list', { ...draft, data: [] }, 'data'],
    ['with data of more than 64 KiB', { ...draft, data: { x: 'x'.repeat(70_000) } }, 'data'],
    ['with a body of more than 8 KiB', { ...draft, body: 'x'.repeat(8_193) }, 'body'],
    ['with an expiry that is no time', { ...draft, expires: 'soon' }, 'expires'],
  ];
  it.each(invalid)('%s', async (_, body, field) => {
    const problem = expectProblem(await post(body), 400, 'invalid-notification');
    expect(problem.field).toMatch(new RegExp(`^${field}(\\[\\d+\\])?$`));
    expect(problem.detail).toMatch(/expected/);
  });

  it('as a whole if one of an array is wrong', async () => {
    expectProblem(await post([draft, { ...draft, title: '' }]), 400, 'invalid-notification', '[1].title');
  });

  it.each([
    ['that is no JSON', '{"to":'],
    ['that is empty', ''],
    ['with something after its end', `${JSON.stringify(draft)} {}`],
    ['with a member twice', '{"to":["topic:shop.a"],"title":"a","title":"b"}'],
    ['that is no UTF-8 in JSON terms', '{"to":["topic:shop.a"],"title":"\\ud800"}'],
    ['that is nested too deep', `{"to":["topic:shop.a"],"title":"a","data":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`],
  ])('%s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status, answer.body).toBe(400);
    expect((JSON.parse(answer.body) as Problem).type).toMatch(/^urn:tidings:problem:invalid-(request|notification)$/);
  });

  it.each(['"text"', '5', 'null', 'true'])('that is %s', async (body) => {
    expectProblem(await post(body), 400, 'invalid-notification');
  });

  it('that is too large', async () => {
    expectProblem(await post({ ...draft, body: 'x'.repeat(1_100_000) }), 413, 'too-large');
  });

  it.each([
    ['of another type', { 'content-type': 'text/plain' }],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['in another charset', { 'content-type': 'application/json; charset=latin1' }],
    ['that is compressed', { 'content-encoding': 'gzip' }],
  ])('%s', async (_, headers) => {
    expectProblem(await post(draft, headers), 415, 'unsupported-media-type');
  });
});

describe('a request is refused', () => {
  it('with headers that are too long', async () => {
    const answer = await post(draft, { 'x-long': 'x'.repeat(20_000) });
    expect(answer.status).toBe(431);
  });

  it('with a request line that is too long', async () => {
    expect((await send(`${hub.url}/v1/notifications?q=${'x'.repeat(20_000)}`)).status).toBe(414);
  });

  it.each(['?colour=red', '?limit=0', '?limit=501', '?limit=x', '?after=nonsense', '?level=fatal', '?to=nowhere', '?before=a&after=b', '?limit=5&limit=6'])(
    'for history with %s',
    async (query) => {
      const answer = await send(`${hub.url}/v1/notifications${query}`, { headers: bearer(token('alice')) });
      expect(answer.status, answer.body).toBe(400);
    },
  );

  it('with a key that is used for something else', async () => {
    const first = await post({ ...draft, ref: 'one' });
    expect(first.status).toBe(201);
    accepted++;
    expectProblem(await post({ ...draft, title: 'Other', ref: 'one' }), 409, 'ref-conflict', 'ref');
    const again = await post({ ...draft, ref: 'one' });
    expect({ status: again.status, body: again.body }).toEqual({ status: 201, body: first.body });
  });
});

describe('./tidings token', () => {
  it('prints a token that the hub takes, with the grants that were asked for', async () => {
    const args = ['--user', 'alice', '--publish', 'topic:shop.#', '--subscribe', 'topic:shop.#', '--ttl', '12h'];
    const printed = (await run(launcher, 'token', '--config', hub.configure(), ...args)).trim();
    const session = await new Api(hub.url, printed).call('/v1/session');
    expect(await session.json()).toMatchObject({
      user: 'alice',
      grants: { publish: ['topic:shop.#'], subscribe: ['everyone', 'user:alice', 'topic:shop.#'] },
    });
  });
});
