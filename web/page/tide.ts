import { type Cursor, positionOf } from "../client/index.ts";

/** Where this reader left off, and when. */
export interface Tide {
  readonly cursor: Cursor;
  readonly atMs: number;
}

/** Keeps the tide of one hub in this browser; without storage, it is forgotten with the page. */
export class TideKeeper {
  readonly #storage: Storage | undefined;
  readonly #key: string;

  constructor(hub: URL, storage: () => Storage) {
    this.#key = `tidings.tide ${hub.href}`;
    try {
      this.#storage = storage();
    } catch {
      // A browser that keeps no site data throws on access; the page works without.
      this.#storage = undefined;
    }
  }

  load(): Tide | undefined {
    return readTide(this.#storage?.getItem(this.#key) ?? null);
  }

  save(tide: Tide): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(tide));
    } catch {
      // Full: the line stays where it was last kept.
    }
  }
}

/** Reads a kept tide; anything else is no tide. */
export function readTide(json: string | null): Tide | undefined {
  if (json === null) return undefined;
  try {
    const { cursor, atMs } = JSON.parse(json) as Partial<Tide>;
    if (typeof cursor !== "string" || positionOf(cursor) === undefined) return undefined;
    return typeof atMs === "number" ? { cursor, atMs } : undefined;
  } catch {
    return undefined;
  }
}
