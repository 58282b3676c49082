import { type Cursor, type Entry, type Gap, positionOf } from "../client/index.ts";
import { element } from "./dom.ts";
import { drawItem, tick } from "./item.ts";
import type { Tide } from "./tide.ts";
import { momentLabel } from "./time.ts";

/** At most this many rows are in the document. */
export const ROWS_MAX = 500;

/** What a row of the list stands for. */
export type Happened =
  | ({ readonly is: "notification" } & Entry)
  | { readonly is: "gap"; readonly cursor: Cursor; readonly gap: Gap };

interface Row {
  position: bigint;
  readonly id: string | undefined;
  /** When it is to go, or NaN if it stays. */
  readonly expiresMs: number;
  readonly element: HTMLLIElement;
}

/** The list, newest on top, and the tide line in it. */
export class List {
  readonly #root: HTMLElement;
  readonly #now: () => number;
  readonly #tideLine = element("li", { class: "tide" });
  #rows: Row[] = [];
  #ids = new Set<string>();
  #tide: Tide | undefined;
  #newCount = 0;

  constructor(root: HTMLElement, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  /** Notifications above the tide line. */
  get newCount(): number {
    return this.#newCount;
  }

  get isFull(): boolean {
    return this.#rows.length >= ROWS_MAX;
  }

  clear(): void {
    this.#rows = [];
    this.#ids.clear();
    this.#root.replaceChildren();
    this.#root.classList.remove("empty");
    this.#newCount = 0;
  }

  /** Puts what just happened on top, in the order in which it happened; the oldest rows go. */
  addNewer(happened: readonly Happened[]): void {
    const rows = this.#draw(happened.slice(-ROWS_MAX)).reverse();
    for (const { element } of rows) element.classList.add("arriving");
    for (const each of happened) if (each.is === "gap") this.#stepBack(each.cursor);
    this.#root.prepend(...rows.map((row) => row.element));
    this.#rows.unshift(...rows);
    for (const row of this.#rows.splice(ROWS_MAX)) this.#drop(row);
    this.#placeTide();
  }

  /** Adds older entries at the end, newest first, as far as there is room. */
  addOlder(happened: readonly Happened[]): void {
    const rows = this.#draw(happened.slice(0, ROWS_MAX - this.#rows.length));
    this.#root.append(...rows.map((row) => row.element));
    this.#rows.push(...rows);
    this.#placeTide();
  }

  /** Takes a notification away that was withdrawn. */
  remove(id: string): void {
    this.#removeWhere((row) => row.id === id);
  }

  /** Moves the line to where the reader left off. */
  setTide(tide: Tide): void {
    this.#tide = tide;
    this.#placeTide();
  }

  /** Brings all relative times up to date, and takes away what has expired. */
  tick(): void {
    const nowMs = this.#now();
    this.#removeWhere((row) => row.expiresMs <= nowMs);
    for (const row of this.#rows) tick(row.element, nowMs);
  }

  #draw(happened: readonly Happened[]): Row[] {
    const rows: Row[] = [];
    for (const each of happened) {
      const position = positionOf(each.cursor) ?? 0n;
      if (each.is === "gap") {
        const drawn = element("li", { class: "gap" }, gapLabel(each.gap, this.#now()));
        rows.push({ position, id: undefined, expiresMs: Number.NaN, element: drawn });
      } else if (!this.#ids.has(each.notification.id)) {
        const { id, expires } = each.notification;
        this.#ids.add(id);
        const drawn = drawItem(each.notification, this.#now());
        rows.push({ position, id, expiresMs: Date.parse(expires ?? ""), element: drawn });
      }
    }
    return rows;
  }

  #removeWhere(gone: (row: Row) => boolean): void {
    const rows = this.#rows.filter(gone);
    if (rows.length === 0) return;
    this.#rows = this.#rows.filter((row) => !rows.includes(row));
    for (const row of rows) this.#drop(row);
    this.#placeTide();
  }

  #drop(row: Row): void {
    row.element.remove();
    if (row.id !== undefined) this.#ids.delete(row.id);
  }

  /** After a gap that steps back, positions are given anew: what is here lies before all of them. */
  #stepBack(cursor: Cursor): void {
    const position = positionOf(cursor) ?? 0n;
    for (const row of this.#rows) if (row.position > position) row.position = position;
    const tide = this.#tide;
    if (tide && (positionOf(tide.cursor) ?? 0n) > position) this.#tide = { ...tide, cursor };
  }

  #placeTide(): void {
    const tide = this.#tide;
    const line = this.#tideLine;
    this.#root.classList.toggle("empty", this.#rows.length === 0);
    if (this.#rows.length === 0) {
      this.#newCount = 0;
      line.textContent = "All read.";
      this.#root.replaceChildren(line);
      return;
    }
    const position = tide && positionOf(tide.cursor);
    const first = this.#rows.findIndex((row) => position === undefined || isBelow(row, position));
    const end = first < 0 ? this.#rows.length : first;
    this.#rows.forEach((row, i) => row.element.classList.toggle("new", i < end));
    this.#newCount = this.#rows.slice(0, end).filter((row) => row.id !== undefined).length;
    const below = this.#rows[end]?.element;
    if (tide === undefined || end === 0 || !below) {
      line.remove();
      return;
    }
    const label = `New since ${momentLabel(tide.atMs, this.#now())}`;
    if (line.textContent !== label) line.textContent = label;
    if (below.previousElementSibling !== line) below.before(line);
  }
}

/**
 * Whether a row lies below a tide line at this position. Positions alone tell: an epoch that began
 * meanwhile goes on counting. A gap at the line came after it.
 */
function isBelow({ position, id }: Row, tide: bigint): boolean {
  return id === undefined ? position < tide : position <= tide;
}

/** Says what is missing, in the words of the page. */
export function gapLabel({ reason, fromTime, toTime }: Gap, nowMs: number): string {
  const time = toTime ?? fromTime;
  const moment = time === undefined ? undefined : momentLabel(Date.parse(time), nowMs);
  if (reason === "epoch") {
    return moment === undefined
      ? "The hub’s log was replaced. What came before may differ."
      : `The hub’s log was replaced at ${moment}. What came before may differ.`;
  }
  return moment === undefined
    ? "Some of what came before is no longer kept."
    : `What came before ${moment} is no longer kept.`;
}
