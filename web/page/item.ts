import type { Notification } from "../client/index.ts";
import { element } from "./dom.ts";
import { glyph, levelGlyph } from "./glyphs.ts";
import { safeLink } from "./link.ts";
import { groupOf, hueOf, initialOf, reasonOf } from "./source.ts";
import { agoLabel, fullLabel } from "./time.ts";

/** Draws one notification as a row of the list. All of its text goes in as text. */
export function drawItem(notification: Notification, nowMs: number): HTMLLIElement {
  const source = notification.source ?? "";
  const href = safeLink(notification.link, location.origin);
  const tile = element("span", { class: "tile", "aria-hidden": "true" }, initialOf(source));
  tile.style.setProperty("--hue", String(hueOf(source)));
  return element(
    "li",
    { class: `item level-${notification.level}${href === undefined ? "" : " linked"}` },
    tile,
    drawTitle(notification.title, href),
    drawTime(notification, nowMs),
    drawMeta(notification),
    href === undefined ? undefined : glyph("out"),
    drawBody(notification),
  );
}

/** Brings a row's relative time up to date, touching the document only if its text changes. */
export function tick(row: HTMLElement, nowMs: number): void {
  const time = row.querySelector("time");
  if (!time) return;
  const label = agoLabel(Date.parse(time.dateTime), nowMs);
  if (time.textContent !== label) time.textContent = label;
}

function drawTitle(title: string, href: string | undefined): HTMLElement {
  const text = href !== undefined
    ? element("a", { href, target: "_blank", rel: "noopener noreferrer" }, title)
    : title;
  return element("p", { class: "title" }, text);
}

function drawTime({ time }: Notification, nowMs: number): HTMLElement {
  const timeMs = Date.parse(time);
  return element("time", { datetime: time, title: fullLabel(timeMs) }, agoLabel(timeMs, nowMs));
}

function drawMeta(notification: Notification): HTMLElement {
  const parts = [notification.source, groupOf(notification), reasonOf(notification)];
  const words = parts.filter((part) => part !== undefined && part !== "").join(" · ");
  return element("p", { class: "meta" }, levelGlyph(notification.level), words);
}

/** The body on one line; a press unfolds it in place, and the title with it. */
function drawBody({ body }: Notification): HTMLElement | undefined {
  if (body === undefined || body.trim() === "") return undefined;
  const text = element("span", {}, body);
  return element("button", { class: "body", type: "button", "aria-expanded": "false" }, text);
}
