import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestHub, problem } from "../hub.ts";
import { DIST, Reader, startChromium, startHub } from "./reader.ts";

const WAIT = { timeout: 10_000, interval: 20 };

let browser: Browser;
let hub: TestHub;
let reader: Reader;

beforeAll(async () => {
  browser = await startChromium();
});

afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  hub = await startHub();
  reader = await Reader.open(browser, hub);
});

afterEach(async () => {
  expect(reader.faults).toEqual([]);
  await reader.close();
});

const shows = (...rows: string[]) => expect.poll(() => reader.rows(), WAIT).toEqual(rows);
const visible = (text: string) => reader.page.getByText(text).first().waitFor();
const hide = (hidden: boolean) =>
  reader.page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (value ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

describe("the list", () => {
  test("begins with the newest of the history; what comes goes on top", async () => {
    hub.publish({ title: "one" });
    hub.publish({ title: "two" });
    await reader.visit();
    await shows("two", "one");
    hub.publish({ title: "three" });
    await expect.poll(() => reader.titles(), WAIT).toEqual(["three", "two", "one"]);
  });

  test("tells source, group, reason, level, body and time", async () => {
    hub.publish({
      title: "Disk is full",
      body: "On db-2.\nSince noon.",
      source: "Alertmanager",
      level: "error",
      topics: ["infra.alerts.disk"],
      everyone: true,
      time: new Date(Date.now() - 4 * 60_000 - 5_000).toISOString(),
    });
    await reader.visit();
    const item = reader.page.locator(".item");
    expect(await item.locator(".tile").textContent()).toBe("A");
    expect(await item.locator(".meta").textContent()).toBe("Alertmanager · infra.alerts · to everyone");
    expect(await item.locator("svg").getAttribute("aria-label")).toBe("Error");
    expect(await item.locator("time").textContent()).toBe("4 min");
    const body = item.getByRole("button");
    const folded = await body.boundingBox();
    await body.click();
    expect(await body.getAttribute("aria-expanded")).toBe("true");
    expect((await body.boundingBox())?.height).toBeGreaterThan((folded?.height ?? 0) * 1.5);
  });

  test("loads what is older at its end, and says where it stops", async () => {
    for (let i = 1; i <= 620; i++) hub.publish({ title: `n${i}` });
    await reader.visit();
    await expect.poll(() => reader.titles(), WAIT).toHaveLength(50);
    for (let rows = 50; rows < 500; rows += 50) {
      await reader.page.locator("#older").scrollIntoViewIfNeeded();
      await expect
        .poll(async () => (await reader.titles()).length, WAIT)
        .toBeGreaterThanOrEqual(rows + 50);
    }
    await visible("The newest 500 are shown.");
    const titles = await reader.titles();
    expect(titles).toHaveLength(500);
    expect(titles).toEqual(Array.from({ length: 500 }, (_, i) => `n${620 - i}`));
    hub.publish({ title: "n621" });
    await expect.poll(async () => (await reader.titles())[0], WAIT).toBe("n621");
    expect(await reader.titles()).toHaveLength(500);
  });

  test("offers to load again what did not load", async () => {
    for (let i = 1; i <= 70; i++) hub.publish({ title: `n${i}` });
    hub.intercept = (url, response) => {
      if (!url.searchParams.has("before")) return false;
      response.destroy();
      return true;
    };
    await reader.visit();
    await reader.page.locator("#older").scrollIntoViewIfNeeded();
    const button = reader.page.getByRole("button", { name: "Load older" });
    await button.waitFor();
    hub.intercept = () => false;
    await button.click();
    await expect.poll(() => reader.titles(), WAIT).toHaveLength(70);
  });

  test("lets go of what is withdrawn, and of what has expired", async () => {
    await reader.page.clock.install();
    hub.heartbeatMs = 3_600_000;
    hub.publish({ title: "stays" });
    hub.publish({ title: "withdrawn" });
    hub.publish({ title: "expires", expires: new Date(Date.now() + 600_000).toISOString() });
    await reader.visit();
    await shows("expires", "withdrawn", "stays");
    hub.event("withdrawn", { id: "id-2" }, "fixture1.4");
    await shows("expires", "stays");
    await reader.page.clock.runFor(615_000);
    await shows("stays");
  });

  test("brings its times up to date in place", async () => {
    await reader.page.clock.install();
    hub.heartbeatMs = 3_600_000;
    hub.publish({ title: "one" });
    await reader.visit();
    const time = reader.page.locator("time");
    expect(await time.textContent()).toBe("now");
    const row = await reader.page.locator(".item").elementHandle();
    await reader.page.clock.runFor(125_000);
    await expect.poll(() => time.textContent(), WAIT).toBe("2 min");
    expect(await row?.evaluate((element) => element.isConnected)).toBe(true);
  });

  test("goes by the hub's clock", async () => {
    hub.now = () => Date.now() + 30 * 60_000;
    hub.publish({ title: "one", time: new Date(hub.now() - 120_000).toISOString() });
    await reader.visit();
    await expect.poll(() => reader.page.locator("time").textContent(), WAIT).toBe("2 min");
  });

  test("with nothing in it is the tide line alone", async () => {
    await reader.visit();
    await shows("[All read.]");
    hub.publish({ title: "one" });
    await expect.poll(() => reader.titles(), WAIT).toEqual(["one"]);
  });
});

describe("the tide line", () => {
  test("lies where this reader left off, and moves only when they leave", async () => {
    hub.publish({ title: "one" });
    await reader.visit();
    await shows("one");
    await reader.page.goto("about:blank");
    hub.publish({ title: "two" });
    hub.publish({ title: "three" });
    await reader.visit();
    await expect.poll(() => reader.rows(), WAIT).toEqual([
      "three",
      "two",
      expect.stringMatching(/^\[New since \d\d:\d\d\]$/),
      "one",
    ]);
    expect(await reader.page.locator("#count").textContent()).toBe("2 new");
    expect(await reader.page.title()).toBe("(2) Tidings");
    hub.publish({ title: "four" });
    await expect.poll(async () => (await reader.rows()).indexOf("one"), WAIT).toBe(4);
    await reader.page.reload();
    await reader.live();
    await shows("four", "three", "two", "one");
    expect(await reader.page.title()).toBe("Tidings");
  });

  test("stays for a glance at another tab, and moves after an absence", async () => {
    await reader.page.clock.install();
    hub.heartbeatMs = 3_600_000;
    hub.publish({ title: "one" });
    await reader.visit();
    hub.publish({ title: "two" });
    await expect.poll(async () => (await reader.rows()).length, WAIT).toBe(3);
    await hide(true);
    await reader.page.clock.runFor(30_000);
    await hide(false);
    expect((await reader.rows())[1]).toMatch(/New since/);
    await hide(true);
    hub.publish({ title: "three" });
    await expect.poll(async () => (await reader.rows())[0], WAIT).toBe("three");
    await reader.page.clock.runFor(61_000);
    await hide(false);
    await expect
      .poll(() => reader.rows(), WAIT)
      .toEqual(["three", expect.stringMatching(/New since/), "two", "one"]);
  });
});

describe("the connection", () => {
  test("lost for two seconds is said, and what was missed comes with its return", async () => {
    hub.publish({ title: "one" });
    await reader.visit();
    await hub.stop();
    const lost = Date.now();
    await visible("Offline. Showing what was here at");
    expect(Date.now() - lost).toBeGreaterThan(1_800);
    expect(await reader.titles()).toEqual(["one"]);
    hub.publish({ title: "two" });
    await hub.start();
    await reader.live();
    await expect.poll(() => reader.titles(), WAIT).toEqual(["two", "one"]);
    expect(await reader.page.locator("#strip").isVisible()).toBe(false);
  });

  test("lost for a moment is not worth a word", async () => {
    await reader.visit();
    await reader.page.evaluate(() => {
      const states: string[] = [];
      Object.assign(window, { states });
      new MutationObserver(() => states.push(document.getElementById("connection")?.textContent ?? ""))
        .observe(document.getElementById("connection") as Node, { childList: true, subtree: true });
    });
    hub.endStreams("retry: 10\n\n");
    await expect.poll(() => hub.streams, WAIT).toBe(1);
    expect(await reader.page.evaluate("states")).toEqual([]);
  });

  test("that missed something says so in a rule", async () => {
    hub.publish({ title: "one" });
    await reader.visit();
    hub.event("gap", { reason: "retention", from: "fixture1.1", to: "fixture1.1" }, "fixture1.1");
    hub.publish({ title: "two" });
    await expect.poll(() => reader.rows(), WAIT).toEqual([
      "two",
      "[Some of what came before is no longer kept.]",
      expect.stringMatching(/New since/),
      "one",
    ]);
  });

  test("to a hub whose log was set back says so, and what comes then is new", async () => {
    for (const title of ["one", "two", "three"]) hub.publish({ title });
    await reader.visit();
    hub.log.length = 1;
    hub.epoch = "fixture2";
    hub.event("gap", { reason: "epoch", from: "fixture1.3", to: "fixture2.1" }, "fixture2.1");
    hub.publish({ title: "two again", id: "other" });
    await expect.poll(() => reader.rows(), WAIT).toEqual([
      "two again",
      "[The hub’s log was replaced. What came before may differ.]",
      expect.stringMatching(/New since/),
      "three",
      "two",
      "one",
    ]);
  });
});

describe("what keeps the list away", () => {
  test("loading shows skeletons, but not at once", async () => {
    await reader.page.clock.install();
    await reader.page.clock.pauseAt(Date.now() + 60_000);
    let answer: () => void = () => undefined;
    hub.intercept = (url, response) => {
      if (url.pathname !== "/v1/notifications") return false;
      answer = () => {
        response.writeHead(200, { "Content-Type": "application/json" });
        response.end(JSON.stringify({ items: [], cursor: "fixture1.0", more: false }));
      };
      return true;
    };
    await reader.page.goto(hub.url.href);
    await reader.page.clock.runFor(190);
    expect(await reader.page.locator(".skeleton").count()).toBe(0);
    await reader.page.clock.runFor(20);
    expect(await reader.page.locator(".skeleton").count()).toBe(6);
    answer();
    await shows("[All read.]");
  });

  test.each([
    ["by itself", () => reader.page.clock.runFor(2_000)],
    ["on demand", () => reader.page.getByRole("button", { name: "Try now" }).click()],
  ])("a hub that is away is tried again, %s", async (_, tryAgain) => {
    // The page's own timers stand still until they are told to run.
    await reader.page.clock.install();
    await reader.page.clock.pauseAt(Date.now() + 60_000);
    hub.intercept = (url, response) => {
      if (!url.pathname.startsWith("/v1/")) return false;
      response.destroy();
      return true;
    };
    hub.publish({ title: "one" });
    await reader.page.goto(hub.url.href);
    await visible("The hub does not answer");
    hub.intercept = () => false;
    await tryAgain();
    await shows("one");
  });

  test("a refusal gives the hub's own reason", async () => {
    hub.intercept = (url, response) => {
      if (!url.pathname.startsWith("/v1/")) return false;
      problem(response, 403, "Not allowed", "Host: hub.example (expected localhost)");
      return true;
    };
    await reader.page.goto(hub.url.href);
    await visible("The hub refuses this page");
    await visible("Host: hub.example (expected localhost)");
  });
});

describe("signing in", () => {
  test("takes a token, keeps it for the tab, and never shows it in a URL", async () => {
    hub.token = "secret-token";
    hub.publish({ title: "one" });
    await reader.page.goto(hub.url.href);
    await reader.page.getByLabel("Token").fill(" secret-token \n");
    await reader.page.locator("form").getByRole("button", { name: "Sign in" }).click();
    await reader.live();
    await shows("one");
    expect(await reader.page.locator("#user").textContent()).toBe("alice");
    expect(await reader.page.evaluate(() => JSON.stringify(localStorage))).not.toContain("secret-token");
    await reader.page.reload();
    await reader.live();
    expect(hub.requests.map(({ url }) => url).join()).not.toContain("secret-token");
    await reader.page.getByRole("button", { name: "Sign out" }).click();
    await reader.page.getByLabel("Token").waitFor();
    expect(await reader.page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await reader.titles()).toEqual([]);
  });

  test("is offered where some may be read without, and can be left", async () => {
    hub.publish({ title: "one" });
    await reader.visit();
    const button = reader.page.locator("#session");
    await button.click();
    await visible("Paste a token to read what it admits.");
    await button.click();
    expect(await reader.page.locator("form").count()).toBe(0);
    await shows("one");
  });

  test("says what is wrong with a token", async () => {
    hub.token = "secret-token";
    await reader.page.goto(hub.url.href);
    const form = reader.page.locator("form");
    await reader.page.getByLabel("Token").fill("two words");
    await form.getByRole("button").click();
    await visible("A token is one line without spaces.");
    await reader.page.getByLabel("Token").fill("wrong");
    await form.getByRole("button").click();
    await visible("The hub does not accept this token");
  });

  test("again, when the token ends, leaves the list in its place", async () => {
    hub.token = "secret-token";
    hub.publish({ title: "one" });
    await reader.page.addInitScript(() => sessionStorage.setItem("tidings.token", "secret-token"));
    await reader.visit();
    hub.event("reauth", { cursor: hub.cursor });
    await visible("Paste another one.");
    expect(await reader.titles()).toEqual(["one"]);
  });
});

test("the page asks the hub for nothing but its HTML and its assets", async () => {
  await reader.visit();
  const files = hub.requests.map(({ url }) => url).filter((url) => !url.startsWith("/v1/"));
  for (const file of files) expect(file).toMatch(/^\/$|^\/assets\/[\w-]+-[\w-]{8}\.(js|css|svg|woff2)$/);
});

test("the page works from another origin, under any path, without the hub's headers", async () => {
  const elsewhere = new TestHub(DIST);
  elsewhere.policy = "";
  elsewhere.filesUnder = "/static/tidings/";
  elsewhere.rewrite = (html) =>
    html.replace('name="tidings-hub" content=""', `name="tidings-hub" content="${hub.url.href}"`);
  await elsewhere.start();
  hub.corsOrigin = elsewhere.url.origin;
  hub.token = "secret-token";
  hub.publish({ title: "one" });
  const { page } = reader;
  await page.addInitScript(() => sessionStorage.setItem("tidings.token", "secret-token"));
  await page.goto(new URL("static/tidings/", elsewhere.url).href);
  await reader.live();
  await shows("one");
  const own = `request: ${elsewhere.url.href}static/tidings/`;
  expect(reader.faults.filter((fault) => !fault.startsWith(own))).toEqual([]);
  reader.faults.length = 0;
  await page.close();
  await elsewhere.stop();
});
