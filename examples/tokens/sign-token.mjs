// node sign-token.mjs KEY USER: prints a token for an hour, signed with Ed25519.
import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [keyFile, user] = process.argv.slice(2);
const now = Math.floor(Date.now() / 1000);
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
const input = [
  { alg: 'EdDSA', kid: 'main' },
  { iss: 'shop', aud: 'tidings', sub: user, iat: now, exp: now + 3600, tidings: { subscribe: ['topic:shop.#'] } },
].map(encode).join('.');
console.log(`${input}.${sign(null, Buffer.from(input), readFileSync(keyFile)).toString('base64url')}`);
