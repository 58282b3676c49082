import { readFileSync } from "node:fs";

/** One of the protocol's own test vectors. */
export function vectors<T>(name: string): T {
  const url = new URL(`../../protocol/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}
