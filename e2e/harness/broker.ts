import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect, type ConfirmChannel } from 'amqplib';
import { inject } from 'vitest';
import { brokerScript } from './paths.ts';

const run = promisify(execFile);
let names = 0;

/** The run's one broker; the first who asks starts it. */
export class Broker {
  static #shared: Promise<Broker> | undefined;
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static shared(): Promise<Broker> {
    return (this.#shared ??= (async () => {
      const broker = new Broker(inject('brokerDir'));
      await broker.#script('start');
      return broker;
    })());
  }

  /** A virtual host of its own for a test. */
  async vhost(): Promise<VirtualHost> {
    const name = `v${process.pid}-${++names}`;
    return new VirtualHost(this, name, await this.#url('vhost', name));
  }

  /** A user with permission patterns for one virtual host; answers the AMQP URL. */
  user(vhost: string, name: string, permissions: { configure: string; write: string; read: string }): Promise<string> {
    return this.#url('user', vhost, name, 'password', permissions.configure, permissions.write, permissions.read);
  }

  async restart(): Promise<void> {
    await this.#script('restart');
  }

  async crash(): Promise<void> {
    await this.#script('crash');
  }

  async start(): Promise<void> {
    await this.#script('start');
  }

  ctl(...args: string[]): Promise<string> {
    return this.#script('ctl', ...args);
  }

  async #url(...command: string[]): Promise<string> {
    const [name = '', ...args] = command;
    const url = /^AMQP_URL=(.*)$/m.exec(await this.#script(name, ...args))?.[1];
    if (url === undefined) throw new Error(`${name} ${args.join(' ')} gave no AMQP_URL`);
    return url;
  }

  async #script(command: string, ...args: string[]): Promise<string> {
    return (await run(brokerScript, [command, this.#dir, ...args])).stdout;
  }
}

/** One test's virtual host, with what the Notifications Center does on it. */
export class VirtualHost {
  readonly broker: Broker;
  readonly name: string;
  readonly url: string;

  constructor(broker: Broker, name: string, url: string) {
    this.broker = broker;
    this.name = name;
    this.url = url;
  }

  /** Opens a channel with confirms; the caller closes it. */
  async channel(): Promise<{ channel: ConfirmChannel; close: () => Promise<void> }> {
    const connection = await connect(this.url);
    connection.on('error', () => {}); // a broker that restarts; the channel's promises fail
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    return { channel, close: () => connection.close() };
  }

  /** Publishes as the Center does: no AMQP properties; resolves when the broker has confirmed all. */
  async publish(messages: { key: string; body: string }[], exchange = 'notifications'): Promise<void> {
    const { channel, close } = await this.channel();
    await channel.assertExchange(exchange, 'topic', { durable: true });
    for (const { key, body } of messages) channel.publish(exchange, key, Buffer.from(body));
    await channel.waitForConfirms();
    await close();
  }

  /** The number of messages of a queue, delivered ones that are not acked included. */
  async depth(queue: string): Promise<number> {
    const lines = await this.broker.ctl('list_queues', '-p', this.name, 'name', 'messages', '--no-table-headers');
    const line = lines.split('\n').find((l) => l.startsWith(`${queue}\t`));
    if (line === undefined) throw new Error(`no queue ${queue} in:\n${lines}`);
    return Number(line.split('\t')[1]);
  }
}

/** A message of the Center: the JSON keeps its case, the routing key is lower-case. */
export function centerMessage(fields: Partial<CenterMessage>): { key: string; body: string } {
  const message: CenterMessage = {
    service: 'GitHub',
    project: 'Nasqueron',
    group: 'ops',
    rawContent: {},
    type: 'push',
    text: 'alice pushed 3 commits to notifications (branch main)',
    link: 'https://github.com/nasqueron/notifications/compare/a...b',
    ...fields,
  };
  const key = [message.project, message.group, message.service, message.type].join('.').toLowerCase();
  return { key, body: JSON.stringify(message) };
}

export interface CenterMessage {
  service: string;
  project: string;
  group: string;
  rawContent: unknown;
  type: string;
  text: string | null;
  link: string | null;
}
