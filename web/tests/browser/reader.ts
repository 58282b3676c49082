import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { startChromium } from "../chromium.ts";
import { FIXTURE, FIXTURE_NOW } from "../fixture.ts";
import { TestHub } from "../hub.ts";

export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** A reader: a page in Chromium, the hub that it reads, and everything the page did wrong. */
export class Reader {
  readonly page: Page;
  readonly hub: TestHub;
  /** Uncaught errors, refused policies, dialogs, and requests to anyone but the hub. */
  readonly faults: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, hub: TestHub) {
    this.#context = context;
    this.page = page;
    this.hub = hub;
  }

  static async open(
    browser: Browser,
    hub: TestHub,
    options: BrowserContextOptions = {},
  ): Promise<Reader> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      timezoneId: "UTC",
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    const reader = new Reader(context, page, hub);
    const { faults } = reader;
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text())) {
        faults.push(`policy: ${message.text()}`);
      }
    });
    page.on("dialog", (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("request", (request) => {
      const { origin } = new URL(request.url());
      if (origin !== hub.url.origin) faults.push(`request: ${request.url()}`);
    });
    return reader;
  }

  /** Opens the page and waits until it is live. */
  async visit(): Promise<void> {
    await this.page.goto(this.hub.url.href);
    await this.live();
  }

  async live(): Promise<void> {
    await this.page.locator('#connection[data-state="live"]').waitFor();
  }

  titles(): Promise<string[]> {
    return this.page.locator("#list .title").allTextContents();
  }

  /** The list as its reader sees it: titles, and the rules between them in brackets. */
  rows(): Promise<string[]> {
    return this.page.locator("#list > li").evaluateAll((rows) =>
      rows.map((row) => {
        const title = row.querySelector(".title");
        return title ? (title.textContent ?? "") : `[${row.textContent}]`;
      }),
    );
  }

  async close(): Promise<void> {
    await this.#context.close();
    await this.hub.stop();
  }
}

/** A hub with the page and nothing in its log. */
export async function startHub(): Promise<TestHub> {
  return new TestHub(DIST).start();
}

/** A hub at the fixture's moment, with the fixture in its log. */
export async function startFixtureHub(): Promise<TestHub> {
  const hub = new TestHub(DIST);
  hub.now = () => FIXTURE_NOW;
  for (const draft of FIXTURE) hub.publish(draft);
  return hub.start();
}

export { startChromium };
