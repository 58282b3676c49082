import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FIXTURE_NOW } from "../fixture.ts";
import type { TestHub } from "../hub.ts";
import { Reader, startChromium, startFixtureHub } from "./reader.ts";

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** States of the page that differ in what they show, each coming from the one before. */
const STATES: Record<string, (hub: TestHub, page: Page) => Promise<void>> = {
  list: async () => undefined,
  "body unfolded": async (_hub, page) => {
    await page.locator("button.body").first().click();
  },
  "gap and tide line": async (hub, page) => {
    hub.event("gap", { reason: "retention", toTime: "2026-03-09T09:10:00Z" });
    hub.publish({ title: "Order 10493 placed", source: "Shop", level: "success" });
    await page.locator(".gap").waitFor();
  },
  offline: async (hub, page) => {
    await hub.stop();
    await page.getByText("Offline. Showing").waitFor();
  },
  "signed out": async (hub, page) => {
    await hub.start();
    await page.locator('#connection[data-state="live"]').waitFor();
    hub.event("reauth", {});
    await page.getByLabel("Token").waitFor();
  },
  empty: async (hub, page) => {
    hub.log.length = 0;
    await page.reload();
    await page.getByText("All read.").waitFor();
  },
  error: async (hub, page) => {
    hub.intercept = (url, response) => {
      if (!url.pathname.startsWith("/v1/")) return false;
      response.destroy();
      return true;
    };
    await page.reload();
    await page.getByText("The hub does not answer").waitFor();
  },
};

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});

afterAll(async () => {
  await browser.close();
});

test.each(["light", "dark"] as const)("axe finds nothing in any state, %s", async (colorScheme) => {
  const reader = await Reader.open(browser, await startFixtureHub(), {
    colorScheme,
    bypassCSP: true,
  });
  const axe = await readFile(AXE, "utf8");
  await reader.visit();
  for (const [state, enter] of Object.entries(STATES)) {
    await enter(reader.hub, reader.page);
    await reader.page.addScriptTag({ content: axe });
    const found = (await reader.page.evaluate("axe.run().then((r) => r.violations)")) as Violation[];
    const lines = found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
    expect(lines, state).toEqual([]);
  }
  await reader.close();
}, 60_000);

test("nothing is cut off or overlaps at any width", async () => {
  const hub = await startFixtureHub();
  hub.publish({
    title: "x".repeat(300),
    body: "y".repeat(2_000),
    source: "z".repeat(100),
    topics: ["w".repeat(200)],
    link: "/",
  });
  const reader = await Reader.open(browser, hub);
  await reader.visit();
  for (const width of [320, 390, 719, 720, 900, 1099, 1100, 1280, 1920]) {
    await reader.page.setViewportSize({ width, height: 800 });
    const scroll = await reader.page.evaluate("document.documentElement.scrollWidth");
    expect(scroll, `at ${width} px`).toBeLessThanOrEqual(width);
    const apart = await reader.page.locator("#list .item").evaluateAll((items) =>
      items.every((item) => {
        const [title, time] = [".title", "time"].map((selector) =>
          item.querySelector(selector)?.getBoundingClientRect(),
        );
        return (title?.right ?? 0) <= (time?.left ?? 0);
      }),
    );
    expect(apart, `title and time at ${width} px`).toBe(true);
  }
  await reader.close();
});

test("a row that comes live moves, unless its reader wants no motion", async () => {
  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    const reader = await Reader.open(browser, await startFixtureHub(), { reducedMotion });
    await reader.visit();
    reader.hub.publish({ title: "one", time: new Date(FIXTURE_NOW).toISOString() });
    const row = reader.page.locator(".item.arriving");
    await row.waitFor();
    const animation = await row.evaluate((element) => getComputedStyle(element).animationName);
    expect(animation).toBe(reducedMotion === "reduce" ? "none" : "arrive, wash");
    await reader.close();
  }
});

test("the page's font comes with it", async () => {
  const reader = await Reader.open(browser, await startFixtureHub());
  await reader.visit();
  await reader.page.evaluate("document.fonts.ready");
  const loaded = await reader.page.evaluate(
    () => [...document.fonts].filter((face) => face.status === "loaded").length,
  );
  expect(loaded).toBeGreaterThan(0);
  expect(reader.faults).toEqual([]);
  await reader.close();
});
