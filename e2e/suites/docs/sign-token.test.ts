import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { temporaryDir } from '../../harness/files.ts';
import { Hub } from '../../harness/hub.ts';
import { root } from '../../harness/paths.ts';

const folder = join(root, 'examples', 'tokens');
const dir = temporaryDir();
const keys = { EdDSA: join(dir, 'ed25519.pem'), RS256: join(dir, 'rsa.pem'), HS256: join(dir, 'secret') };

/** How each program is run, and with which key. */
const programs: { file: string; key: keyof typeof keys; command: string[] }[] = [
  { file: 'SignToken.java', key: 'EdDSA', command: ['java'] },
  { file: 'sign-token.go', key: 'EdDSA', command: ['go', 'run'] },
  { file: 'sign-token.mjs', key: 'EdDSA', command: ['node'] },
  { file: 'sign-token.php', key: 'RS256', command: ['php'] },
  { file: 'sign-token.py', key: 'HS256', command: ['python3'] },
];
const isThere = (program: string) => (process.env['PATH'] ?? '').split(delimiter).some((bin) => existsSync(join(bin, program)));

let hub: Hub;
beforeAll(async () => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const publicKey = (pem: string) => {
    openssl('pkey', '-in', pem, '-pubout', '-out', `${pem}.pub`);
    return `${pem}.pub`;
  };
  openssl('genpkey', '-algorithm', 'ed25519', '-out', keys.EdDSA);
  openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', keys.RS256);
  writeFileSync(keys.HS256, `${randomBytes(32).toString('hex')}\n`);
  const bound = { issuer: 'shop', audience: 'tidings' };
  hub = await Hub.start({
    access: {
      keys: [
        { id: 'main', algorithm: 'EdDSA', 'public-key-file': publicKey(keys.EdDSA), ...bound },
        { id: 'rsa', algorithm: 'RS256', 'public-key-file': publicKey(keys.RS256), ...bound },
        { id: 'shared', algorithm: 'HS256', 'secret-file': keys.HS256, ...bound },
      ],
    },
  });
});
afterAll(() => hub?.kill());

it('each program is one that is run here, and stands in docs/security.md as it is', () => {
  expect(readdirSync(folder).sort()).toEqual(programs.map((program) => program.file).sort());
  const text = readFileSync(join(root, 'docs', 'security.md'), 'utf8');
  for (const { file } of programs) expect(text, file).toContain(`\n${readFileSync(join(folder, file), 'utf8')}\`\`\`\n`);
});

for (const { file, key, command } of programs) {
  const [runtime = '', ...args] = command;
  if (!isThere(runtime)) {
    console.log(`NOT EXECUTED: examples/tokens/${file}, for there is no ${runtime} on this machine`);
    continue;
  }
  it(`${file} signs what the hub takes`, { timeout: 120_000 }, async () => {
    const token = execFileSync(runtime, [...args, join(folder, file), keys[key], 'alice'], { encoding: 'utf8', cwd: dir }).trim();
    const answer = await new Api(hub.url, token).call('/v1/session');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      user: 'alice',
      grants: { publish: [], subscribe: ['everyone', 'user:alice', 'topic:shop.#'] },
    });
  });
}
