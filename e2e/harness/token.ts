import { createHmac, sign, type KeyObject } from 'node:crypto';

/** The key, issuer and audience that every hub of these suites is configured with. */
export const secret = 'e2e-secret-e2e-secret-e2e-secret-0123';
export const issuer = 'e2e';
export const audience = 'tidings';

export interface Grants {
  publish?: string[];
  subscribe?: string[];
  presence?: boolean;
  raw?: boolean;
  operate?: boolean;
}

export const everything: Grants = { publish: ['topic:#', 'everyone', 'user:*'], subscribe: ['topic:#'], raw: true };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** How long the hub takes a token after its `exp`. */
export const leewaySeconds = 30;

/** The algorithm that fits a secret or a private key, and a signature with it. */
function signer(key: string | KeyObject): { alg: string; sign: (data: Buffer) => Buffer } {
  if (typeof key === 'string') return { alg: 'HS256', sign: (data) => createHmac('sha256', key).update(data).digest() };
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { alg: 'RS256', sign: (data) => sign('sha256', data, key) };
    case 'ec':
      return { alg: 'ES256', sign: (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }) };
    default:
      return { alg: 'EdDSA', sign: (data) => sign(null, data, key) };
  }
}

/** A token as a stranger might forge it: any header, any claims, any secret or private key; `null` leaves a claim out. */
export function forge(parts: { header?: object; claims?: object; key?: string | KeyObject } = {}): string {
  const { alg, sign } = signer(parts.key ?? secret);
  const header = { alg, typ: 'JWT', kid: 'main', ...parts.header };
  const claims: Record<string, unknown> = {
    sub: 'alice',
    iss: issuer,
    aud: audience,
    iat: inSeconds(0),
    exp: inSeconds(3600),
    tidings: everything,
    ...parts.claims,
  };
  for (const name of Object.keys(claims)) if (claims[name] === null) delete claims[name];
  const signed = `${encode(header)}.${encode(claims)}`;
  if (header.alg === 'none') return `${signed}.`;
  return `${signed}.${sign(Buffer.from(signed)).toString('base64url')}`;
}

/** A good token. */
export function token(sub: string, grants: Grants = everything, ttlSeconds = 3600): string {
  return forge({ claims: { sub, tidings: grants, exp: inSeconds(ttlSeconds) } });
}
