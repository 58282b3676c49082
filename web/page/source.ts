import type { Notification } from "../client/index.ts";

/** The letter on a source's tile. */
export function initialOf(source: string): string {
  const first = /[\p{L}\p{N}]/u.exec(source);
  return first ? first[0].toLocaleUpperCase("en") : "·";
}

/** The hue of a source's tile in degrees, one of twelve: 15° + 30° × (FNV-1a mod 12). */
export function hueOf(source: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(source)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return 15 + 30 * (hash % 12);
}

/** Where a notification belongs: `data.group`, else its first topic without the last word. */
export function groupOf({ data, topics }: Notification): string | undefined {
  const group = data?.["group"];
  if (typeof group === "string" && group.trim() !== "") return group;
  const words = topics[0]?.split(".") ?? [];
  return words.length > 1 ? words.slice(0, -1).join(".") : undefined;
}

/** Why it reaches this reader, if that is more than the topic. */
export function reasonOf({ direct, everyone }: Notification): string | undefined {
  return direct ? "to you" : everyone ? "to everyone" : undefined;
}
