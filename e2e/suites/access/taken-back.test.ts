import { chownSync, copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { launcher, root } from '../../harness/paths.ts';
import { run } from '../../harness/process.ts';
import { Subscriber, type SubscriberOptions } from '../../harness/subscriber.ts';
import { everything, forge, token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';
import { send } from './request.ts';

const limitMs = 5_000; // within which whatever was taken back ends
const cookieName = '__Host-e2e';
let hub: Hub;
beforeAll(async () => {
  hub = await Hub.start({ access: { session: { cookie: cookieName } } });
});
afterAll(() => hub?.kill());

const signed = (sub: string, claims: object = {}) => forge({ claims: { sub, tidings: everything, ...claims } });
const operator = () => new Api(hub.url, token('operator', { operate: true }));
const inAnHour = () => new Date(Date.now() + 3_700_000).toISOString();
const revoke = (what: object) =>
  operator().call('/v1/revocations', {
    method: 'POST',
    body: JSON.stringify({ until: inAnHour(), ...what }),
    headers: { 'content-type': 'application/json' },
  });
const status = async (credentials: string) => (await new Api(hub.url, credentials).call('/v1/session')).status;
const admin = (...args: string[]) => run(launcher, 'token', ...args, '--config', hub.configure());

/** Opens a stream of these and of a neighbour, takes something back while both are written to, and expects the one to end and the other to miss nothing. */
async function endsAlone(options: SubscriberOptions, takeBack: () => Promise<void>): Promise<void> {
  const load = new Load(new Api(hub.url, token('shop')), `load-${Math.random()}`, [['everyone']]);
  const neighbour = await new Subscriber(hub.url, { token: token('neighbour'), query: '?to=everyone', retryMs: 0 }).ready();
  const reader = await new Subscriber(hub.url, { retryMs: 0, ...options }).ready();
  load.start(1);
  await until('both are written to', () => reader.arrivals.length > 3 && neighbour.arrivals.length > 3);
  await takeBack();
  const takenBackAt = Date.now();
  await until('the stream ends', () => reader.ended);
  expect(Date.now() - takenBackAt).toBeLessThan(limitMs);
  const last = reader.keys.at(-1) ?? '';
  await until('more is published', () => (load.published.at(-1)?.key ?? last) !== last);
  await load.stop();
  await until('the neighbour has all', () => neighbour.arrivals.length === load.published.length);
  neighbour.close();
  expect(reader.raw.at(-1)?.event).toBe('reauth');
  expect(neighbour.streams).toHaveLength(1);
  expect(neighbour.keys.slice(0, reader.keys.length)).toEqual(reader.keys);
}

it('a revoked token ends its streams in mid-stream, and is refused after kill -9 too', async () => {
  const taken = signed('alice', { jti: 'taken' });
  const kept = signed('alice', { jti: 'kept' });
  await endsAlone({ token: taken, query: '?to=everyone' }, async () => {
    expect((await revoke({ jti: 'taken' })).status).toBe(204);
  });
  expect(await status(taken)).toBe(401);
  await hub.kill();
  await hub.start();
  expect(await status(taken)).toBe(401);
  expect(await status(kept)).toBe(200);
});

it("all of a user's tokens that were issued until now end, and later ones do not", async () => {
  const undated = signed('carol', { iat: null });
  await endsAlone({ token: signed('carol'), query: '?to=everyone' }, async () => {
    expect((await revoke({ sub: 'carol' })).status).toBe(204);
  });
  expect(await status(undated)).toBe(401);
  expect(await status(signed('carol', { iat: Math.floor(Date.now() / 1000) + 1 }))).toBe(200);
});

const own = () => ({ origin: hub.url });

async function signIn(credentials: string): Promise<string> {
  const answer = await send(`${hub.url}/v1/session`, { method: 'POST', headers: { authorization: `Bearer ${credentials}`, ...own() } });
  expect(answer.status).toBe(201);
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/^__Host-e2e=[\w-]+; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  return cookie.split(';')[0] ?? '';
}

const shown = async (cookie: string) => (await send(`${hub.url}/v1/session`, { headers: { cookie } })).status;
const signOut = async (cookie: string) => (await send(`${hub.url}/v1/session`, { method: 'DELETE', headers: { cookie, ...own() } })).status;

it('a ticket opens one stream, and signing out ends it with the session', async () => {
  const cookie = await signIn(token('dave'));
  const answer = await send(`${hub.url}/v1/tickets`, { method: 'POST', headers: { cookie, ...own() } });
  expect(answer.status).toBe(201);
  const { ticket } = JSON.parse(answer.body) as { ticket: string };
  await endsAlone({ query: `?to=everyone&ticket=${ticket}` }, async () => {
    expect((await send(`${hub.url}/v1/stream?ticket=${ticket}`)).status).toBe(401);
    const foreign = await send(`${hub.url}/v1/session`, { method: 'DELETE', headers: { cookie, origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    expect(await signOut(cookie)).toBe(204);
  });
  expect(await shown(cookie)).toBe(401);
});

it('a session outlives a restart, and one that signed out stays out', async () => {
  const [kept, out] = [await signIn(token('erin')), await signIn(token('erin'))];
  await hub.stop();
  await hub.start();
  expect([await shown(kept), await shown(out)]).toEqual([200, 200]);
  expect(await signOut(out)).toBe(204);
  await hub.kill();
  await hub.start();
  expect([await shown(kept), await shown(out)]).toEqual([200, 401]);
});

it('all sessions end as the document says, those that an older copy brings back too', async () => {
  const document = readFileSync(join(root, 'docs/security.md'), 'utf8');
  const [, statement = 'none'] = /sqlite3 tidings\.db "([^"]+)"/.exec(document) ?? [];
  const [kept, out] = [await signIn(token('frank')), await signIn(token('frank'))];
  await hub.stop();
  const copy = `${hub.database}.copy`;
  await run('sqlite3', hub.database, `.backup ${copy}`);
  await hub.start();
  expect(await signOut(out)).toBe(204);
  await hub.kill();
  for (const end of ['', '-wal', '-shm']) rmSync(hub.database + end, { force: true });
  copyFileSync(copy, hub.database);
  await run('sqlite3', hub.database, statement);
  await hub.start();
  expect([await shown(kept), await shown(out)]).toEqual([401, 401]);
  expect(await status(token('frank'))).toBe(200);
});

it('a machine gets a token beside the running hub, and loses it in mid-stream', async () => {
  expect(statSync(`${hub.database}.socket`).mode & 0o777).toBe(0o600);
  const printed = (await admin('new', 'ci', '--publish', 'everyone', '--subscribe', 'everyone')).trim();
  expect(printed).toMatch(/^tid_[\w-]{43}$/);
  const published = await new Api(hub.url, printed).post({ to: ['everyone'], title: 'Built' });
  expect(published.status).toBe(201);
  expect(await admin('list')).toMatch(/^ci {2}\S+Z {2}\{"publish":\["everyone"\]/);
  await endsAlone({ token: printed, query: '?to=everyone' }, async () => {
    await admin('revoke', 'ci');
  });
  expect(await status(printed)).toBe(401);
  expect(await admin('list')).toBe('');
});

it('a hub that was killed has its tokens in its file, and the next one takes its socket over', async () => {
  await hub.kill();
  chownSync(hub.database, 1, 1);
  await expect(admin('new', 'as-root')).rejects.toThrow(/belongs to \S+, who could not open what root makes there/);
  chownSync(hub.database, 0, 0);
  const printed = (await admin('new', 'while-stopped', '--subscribe', 'topic:#')).trim();
  await hub.start();
  expect(await status(printed)).toBe(200);
  expect(await admin('list')).toMatch(/^while-stopped /);
  expect(hub.output).not.toContain(printed.slice(4));
});
