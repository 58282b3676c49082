import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Broker, centerMessage, type VirtualHost } from '../../harness/broker.ts';
import { Hub } from '../../harness/hub.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

let broker: Broker;
const hubs: Hub[] = [];
beforeAll(async () => {
  broker = await Broker.shared();
}, 120_000);
afterAll(async () => {
  for (const hub of hubs) await hub.kill();
});

const source = (vhost: VirtualHost) => ({
  name: 'center',
  kind: 'rabbitmq',
  url: vhost.url,
  exchange: 'notifications',
  queue: { name: 'tidings', kind: 'quorum' },
  bindings: ['#'],
  prefetch: 100,
  format: 'nasqueron',
});

async function startHub(vhost: VirtualHost): Promise<{ hub: Hub; api: Api }> {
  const hub = await Hub.start({ sources: [source(vhost)] });
  hubs.push(hub);
  await until('the queue is there', () => vhost.depth('tidings').then(() => true));
  return { hub, api: new Api(hub.url, token('auditor')) };
}

const messages = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => centerMessage({ text: `${name} ${i}` }));
const titles = async (api: Api) => (await api.history()).map((entry) => entry.notification.title);
const counted = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i}`).sort();

it('a broker restart loses nothing that a quorum queue confirmed, and doubles nothing', { timeout: 120_000 }, async () => {
  const vhost = await broker.vhost();
  const { hub, api } = await startHub(vhost);
  hub.signal('SIGSTOP'); // it holds a prefetch that it has not acked, and the rest waits in the queue
  await vhost.publish(messages('confirmed', 300));
  await broker.restart();
  hub.signal('SIGCONT');
  await until('everything confirmed is in the log', async () => (await titles(api)).length >= 300, 60_000);
  await until('everything is acked', () => vhost.depth('tidings').then((n) => n === 0), 30_000);
  expect((await titles(api)).sort()).toEqual(counted('confirmed', 300));
  await hub.kill();
});

it('publishing by HTTP goes on while the broker is away, and the hub says so', { timeout: 120_000 }, async () => {
  const vhost = await broker.vhost();
  const { hub, api } = await startHub(vhost);
  const health = async () =>
    (await (await fetch(`${hub.url}/health/ready`)).json()) as { status: string; reasons?: { part: string }[] };
  await until('ready', async () => (await health()).status === 'ready');
  await broker.ctl('stop_app'); // after a kill, this RabbitMQ may not find a young queue's leader again
  try {
    const degraded = await until('degraded', async () => {
      const now = await health();
      return now.status === 'degraded' ? now : undefined;
    });
    expect(degraded.reasons).toMatchObject([{ part: 'source center' }]);
    await api.publish({ to: ['everyone'], title: 'By HTTP' });
  } finally {
    await broker.ctl('start_app');
  }
  await until('ready again', async () => (await health()).status === 'ready', 60_000);
  await vhost.publish(messages('after', 20));
  await until('what came after is in the log', async () => (await titles(api)).length >= 21);
  expect((await titles(api)).sort()).toEqual(['By HTTP', ...counted('after', 20)].sort());
  await hub.kill();
});

it('a crash between append and ack makes no second entry', { timeout: 120_000 }, async () => {
  const vhost = await broker.vhost();
  const { hub, api } = await startHub(vhost);
  const count = 3_000;
  let struck = 0;
  let name = '';
  for (let round = 0; struck <= 0 && round < 10; round++) {
    name = `round${round}`;
    const before = (await titles(api)).length;
    await hub.kill();
    await vhost.publish(messages(name, count));
    await hub.start();
    await until('some are appended', async () => (await api.page(`?limit=500`)).items.some((e) => e.notification.title.startsWith(name)));
    await hub.kill();
    const waiting = await depthOnceSettled(vhost);
    await hub.start({ sources: [] });
    struck = (await titles(api)).length - before + waiting - count;
    await hub.kill();
    await hub.start();
    await until('all are appended', async () => (await titles(api)).length >= before + count, 60_000);
    await until('all are acked', () => vhost.depth('tidings').then((n) => n === 0), 60_000);
    const mine = (await titles(api)).filter((title) => title.startsWith(`${name} `));
    expect(mine.sort()).toEqual(counted(name, count));
  }
  expect(struck, 'messages that were appended and not acked when the hub was killed').toBeGreaterThan(0);
});

/** The queue's depth once the broker has noticed that its consumer is gone. */
async function depthOnceSettled(vhost: VirtualHost): Promise<number> {
  await until('the consumer is gone', async () => {
    const lines = await broker.ctl('list_queues', '-p', vhost.name, 'name', 'messages_unacknowledged', '--no-table-headers');
    return lines.split('\n').includes('tidings\t0');
  });
  return vhost.depth('tidings');
}
