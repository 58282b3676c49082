import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../../harness/api.ts';
import { Broker, type VirtualHost } from '../../harness/broker.ts';
import { Hub } from '../../harness/hub.ts';
import { token } from '../../harness/token.ts';
import { until } from '../../harness/until.ts';

let vhost: VirtualHost;
let hub: Hub;
beforeAll(async () => {
  const broker = await Broker.shared();
  vhost = await broker.vhost();
  hub = await Hub.start({
    sources: [
      {
        name: 'orders',
        kind: 'rabbitmq',
        url: vhost.url,
        exchange: 'orders',
        queue: { name: 'orders', kind: 'quorum' },
        bindings: ['#'],
        format: 'tidings',
        publisher: 'sub:shop',
      },
    ],
  });
  await until('the queue is there', () => vhost.depth('orders').then(() => true));
}, 120_000);
afterAll(() => hub?.kill());

const order = (title: string) => ({ to: ['topic:shop.orders'], title });
const source = (what: string) => hub.metric(`tidings_source_${what}_total`);

/** Publishes by AMQP and waits until the hub has done with it. */
async function byAmqp(id: string, draft: object): Promise<void> {
  const done = async () => (await source('appended')) + (await source('repeated')) + (await source('parked'));
  const before = await done();
  const { channel, close } = await vhost.channel();
  channel.publish('orders', 'order.placed', Buffer.from(JSON.stringify(draft)), { messageId: id });
  await channel.waitForConfirms();
  await close();
  await until('the message is settled', async () => (await done()) === before + 1);
}

it('the same publisher, ref and content make one entry, over HTTP and AMQP, whichever comes first', async () => {
  const shop = new Api(hub.url, token('shop'));
  const titles = async () => (await shop.history()).map((entry) => entry.notification.title);

  const first = await shop.publish({ ...order('Order 1'), ref: 'order-1' });
  await byAmqp('order-1', order('Order 1'));
  expect(await titles()).toEqual(['Order 1']);

  await byAmqp('order-2', order('Order 2'));
  const [, kept] = await shop.history();
  const second = await shop.publish({ ...order('Order 2'), ref: 'order-2' });
  expect(second).toEqual({ id: kept?.notification.id, cursor: kept?.cursor });
  expect(second.id).not.toBe(first.id);
  expect(await titles()).toEqual(['Order 1', 'Order 2']);

  await byAmqp('order-1', order('Another order')); // other content: refused here as it is there
  expect((await shop.post({ ...order('Another order'), ref: 'order-2' })).status).toBe(409);
  expect(await titles()).toEqual(['Order 1', 'Order 2']);
  expect(await source('parked')).toBe(1);

  await new Api(hub.url, token('other')).publish({ ...order('Order 1'), ref: 'order-1' }); // another publisher's own
  expect(await titles()).toEqual(['Order 1', 'Order 2', 'Order 1']);
});
