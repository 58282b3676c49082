import type { Browser as Chromium } from 'playwright-core';
import type { Browser as Firefox } from 'puppeteer-core';
import { EventSource } from 'eventsource';

/** What one client library shows: the names of its events, and the ids of its notifications, as they came. */
export interface Seen {
  events: string[];
  ids: string[];
}

export interface Watcher {
  name: string;
  seen: () => Promise<Seen>;
  close: () => void;
}

export interface Client {
  name: string;
  watch: (url: string) => Promise<Watcher>;
}

/** npm's `eventsource`, in Node. */
const node: Client = {
  name: 'npm eventsource in Node',
  watch: async (url) => {
    const seen: Seen = { events: [], ids: [] };
    const source = new EventSource(url);
    for (const name of ['message', 'hello', 'gap', 'reauth']) {
      source.addEventListener(name, (event) => {
        seen.events.push(name);
        if (name === 'message') seen.ids.push((JSON.parse(event.data) as { id: string }).id);
      });
    }
    return { name: node.name, seen: async () => structuredClone(seen), close: () => source.close() };
  },
};

const libraries = {
  EventSource: 'the native EventSource',
  fetch: '@microsoft/fetch-event-source',
  polyfill: 'the Yaffle polyfill',
};

/** Every client that the hub promises to serve, on a page of another origin. */
export function clients(origin: string, chromium: Chromium, firefox: Firefox): Client[] {
  const address = (library: string, url: string) =>
    `${origin}/client.html?client=${library}&url=${encodeURIComponent(url)}`;
  const inBrowsers = Object.entries(libraries).flatMap(([library, title]): Client[] => [
    {
      name: `${title} in Chromium`,
      watch: async (url) => {
        const page = await chromium.newPage();
        await page.goto(address(library, url));
        const seen = async () => JSON.parse(await page.evaluate('JSON.stringify(seen)')) as Seen;
        return { name: `${title} in Chromium`, seen, close: () => {} };
      },
    },
    {
      name: `${title} in Firefox`,
      watch: async (url) => {
        const page = await firefox.newPage();
        await page.goto(address(library, url));
        const seen = async () => JSON.parse((await page.evaluate('JSON.stringify(seen)')) as string) as Seen;
        return { name: `${title} in Firefox`, seen, close: () => {} };
      },
    },
  ]);
  return [node, ...inBrowsers];
}

/** The clients by name, for titles of tests that are made before any browser runs. */
export const clientNames = [
  node.name,
  ...Object.values(libraries).flatMap((title) => [`${title} in Chromium`, `${title} in Firefox`]),
];
