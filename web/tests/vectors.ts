import { readFileSync } from "node:fs";

/** One of the protocol's own test vectors. None of its lists is empty: such a test would be none. */
export function vectors<T extends object>(name: string): T {
  const url = new URL(`../../protocol/vectors/${name}.json`, import.meta.url);
  const read = JSON.parse(readFileSync(url, "utf8")) as T;
  for (const [list, values] of Object.entries(read)) {
    if (Array.isArray(values) && values.length === 0) {
      throw new Error(`${name}.json: ${list} is empty`);
    }
  }
  return read;
}
