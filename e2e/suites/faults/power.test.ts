import { afterEach, describe, expect, it } from 'vitest';
import { addressedTo, check } from '../../checker/check.ts';
import { Api, arrival } from '../../harness/api.ts';
import { Hub, type HubOptions } from '../../harness/hub.ts';
import { Load } from '../../harness/load.ts';
import { PowerDisk } from '../../harness/mount.ts';
import { normalSync, withoutSync } from '../../harness/preload.ts';
import { long } from '../../harness/rounds.ts';
import { Subscriber } from '../../harness/subscriber.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

const rounds = long ? 10 : 1;

let disk: PowerDisk | undefined;
let hub: Hub | undefined;
afterEach(async () => {
  await hub?.kill();
  await disk?.close();
});

/** Cuts the power under load, and answers what the checker finds once it is back. */
async function cutUnderLoad(options: HubOptions): Promise<{ findings: string[]; output: string }> {
  disk = await PowerDisk.make();
  hub = await Hub.start({ ...options, dir: disk.dir });
  const api = new Api(hub.url, token('shop'));
  const before = hub.resources();
  const load = new Load(api, 'power', [['everyone']]);
  load.start(8);
  await until('300 acknowledgements', () => load.acknowledged().length >= 300);
  const sure = new Set(load.acknowledged());
  await disk.cutPower();
  await until('a publish fails', () => load.published.some((p) => p.outcome !== 'ok'));
  await load.stop();
  await hub.ended();
  const { output } = hub;

  await disk.powerOn();
  await hub.start({ env: {} });
  const reader = new Subscriber(hub.url, { query: '?after=earliest', token: token('alice') });
  const last = await api.attempt('the-last', { to: ['everyone'], title: 'The last' });
  await reader.has(last.key);
  reader.close();
  const log = (await api.history()).map(arrival);
  const after = hub.resources();
  await hub.stop();
  // Without power nothing is acknowledged. This process goes on running, and an fsync that the cut
  // overtakes may even succeed: what was acknowledged from the cut on counts as unknown.
  const published = load.published.map((p) => (p.outcome === 'ok' && !sure.has(p) ? { ...p, outcome: 'unknown' as const } : p));
  const findings = check({
    published: [...published, last],
    log,
    readers: [{ ...reader.log(), since: 0, entitled: addressedTo('everyone') }],
    marksAcknowledged: [],
    marksFound: [],
    integrity: hub.integrity(),
    before,
    after,
  });
  return { findings, output };
}

describe('when the power is cut', () => {
  it.each(Array.from({ length: rounds }, (_, i) => i + 1))(
    'nothing acknowledged is lost, and the process stops rather than trust a retry (round %i)',
    async () => {
      const { findings, output } = await cutUnderLoad({});
      expect(findings).toEqual([]);
      expect(output).toMatch(/tidings\.db/);
    },
  );

  const lost = expect.stringMatching(/^rule 1: .* not in the log/);

  it('a hub whose fsync does nothing loses what it acknowledged, so this test can fail', async () => {
    const { findings } = await cutUnderLoad({ env: withoutSync() });
    expect(findings).toContainEqual(lost);
  });

  it('a hub with synchronous=NORMAL in place of FULL loses what it acknowledged, and nothing else', async () => {
    const { findings } = await cutUnderLoad({ env: normalSync() });
    expect(findings).toContainEqual(lost);
    expect(findings.filter((finding) => !finding.startsWith('rule 1'))).toEqual([]);
  });
});
