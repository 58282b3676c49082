import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { test } from "vitest";
import { startChromium } from "./chromium.ts";
import { FIXTURE, FIXTURE_NOW } from "./fixture.ts";
import { TestHub } from "./hub.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const OUT = fileURLToPath(new URL("../target/pictures", import.meta.url));
const README_PICTURE = fileURLToPath(new URL("../../docs/page.png", import.meta.url));
const SIZES = { 1280: 800, 900: 900, 390: 844 };

test("pictures of the page", async () => {
  await mkdir(OUT, { recursive: true });
  const browser = await startChromium();
  for (const [width, height] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      const hub = await fixtureHub();
      const context = await browser.newContext({
        viewport: { width: Number(width), height },
        colorScheme,
        timezoneId: "UTC",
        locale: "en-GB",
        reducedMotion: "reduce",
        hasTouch: width === "390",
      });
      const page = await context.newPage();
      await page.clock.install({ time: FIXTURE_NOW });
      await page.addInitScript(leaveTideAt(hub, 34));
      const take = async (name: string) => {
        await page.evaluate("document.fonts.ready");
        await page.screenshot({ path: `${OUT}/${name}-${width}-${colorScheme}.png` });
      };
      await page.goto(hub.url.href);
      await page.getByText("Live", { exact: true }).waitFor();
      await take("list");
      await scrollTo(page, "#older");
      await take("end");
      await page.evaluate("scrollTo(0, 0)");
      hub.event("gap", { reason: "retention", toTime: "2026-03-09T09:10:00Z" });
      await page.locator(".gap").waitFor();
      hub.publish({
        title: "Order 10493 placed: 2 items, €18.40",
        source: "Shop",
        topics: ["shop.orders.placed"],
      });
      await page.getByText("Order 10493").waitFor();
      await take("gap");
      await hub.stop();
      await page.clock.runFor(3_000);
      await page.getByText("Offline. Showing").waitFor();
      await take("offline");
      await hub.start();
      await page.clock.runFor(10_000);
      await page.getByText("Live", { exact: true }).waitFor();
      hub.event("reauth", {});
      await page.getByLabel("Token").waitFor();
      await take("signed-out");
      hub.log.length = 0;
      await page.reload();
      await page.getByText("All read.").waitFor();
      await take("empty");
      hub.intercept = (url) => url.pathname.startsWith("/v1/");
      await page.reload();
      await page.clock.runFor(500);
      await page.locator(".skeleton").first().waitFor();
      await take("loading");
      hub.intercept = (url, response) => {
        if (url.pathname.startsWith("/v1/")) response.destroy();
        return url.pathname.startsWith("/v1/");
      };
      await page.reload();
      await page.getByText("The hub does not answer").waitFor();
      await take("error");
      await context.close();
      await hub.stop();
    }
  }
  await browser.close();
  await copyFile(`${OUT}/list-1280-light.png`, README_PICTURE);
});

async function fixtureHub(): Promise<TestHub> {
  const hub = new TestHub(DIST);
  hub.now = () => FIXTURE_NOW;
  for (const draft of FIXTURE) hub.publish(draft);
  return hub.start();
}

function leaveTideAt(hub: TestHub, position: number): string {
  const tide = { cursor: `${hub.epoch}.${position}`, atMs: FIXTURE_NOW - 50 * 60_000 };
  const key = `tidings.tide ${hub.url.href}`;
  return `localStorage.setItem(${JSON.stringify(key)}, ${JSON.stringify(JSON.stringify(tide))})`;
}

async function scrollTo(page: Page, selector: string): Promise<void> {
  await page.locator(selector).scrollIntoViewIfNeeded();
}
