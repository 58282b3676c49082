import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Hub } from '../../harness/hub.ts';
import { shiftedClock } from '../../harness/preload.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { temporaryDir } from '../../harness/files.ts';
import { forge } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const day = 24 * 3600;
let hub: Hub;
afterAll(() => hub?.kill());

it('a clock that jumps changes neither order nor resume, and pauses purging by age, and the hub says so', async () => {
  const shift = join(temporaryDir(), 'shift');
  writeFileSync(shift, '0');
  hub = await Hub.start({ env: shiftedClock(shift), store: { retention: { age: '2d' } } });
  const far = Math.floor(Date.now() / 1000) + 100 * day;
  const credentials = forge({ claims: { exp: far, iat: null } });
  const api = new Api(hub.url, credentials);
  const reader = await new Subscriber(hub.url, { token: credentials }).ready();
  const keys: string[] = [];
  const publish = async (name: string) => {
    for (let i = 0; i < 5; i++) {
      keys.push(`${name}-${i}`);
      await api.publish({ to: ['everyone'], title: name, data: { key: `${name}-${i}` } });
    }
  };
  await publish('now');
  writeFileSync(shift, String(30 * day));
  await publish('ahead');
  await until('it says so', () => /clock/i.test(hub.output), 30_000);
  writeFileSync(shift, String(-1 * day));
  await publish('behind');

  await reader.has('behind-4');
  reader.close();
  expect(reader.keys).toEqual(keys);
  const again = await new Subscriber(hub.url, { token: credentials, query: '?after=earliest' }).ready();
  await again.has('behind-4');
  again.close();
  expect(again.keys).toEqual(keys);
  expect((await api.history()).map((e) => e.notification.data?.['key'])).toEqual(keys);
});
