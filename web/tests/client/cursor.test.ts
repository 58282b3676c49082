import { expect, test } from "vitest";
import { isCoveredBy, positionOf } from "../../client/cursor.ts";
import { vectors } from "../vectors.ts";

const { valid, invalid } = vectors<{
  valid: { text: string; position: string }[];
  invalid: string[];
}>("cursors");

test.each(valid)("$text is at $position", ({ text, position }) => {
  expect(positionOf(text)).toBe(BigInt(position));
});

test.each(invalid)("%j is no cursor", (text) => {
  expect(positionOf(text)).toBeUndefined();
});

test("a cursor covers its own epoch up to its position, beyond 2^53 too", () => {
  expect(isCoveredBy("abcdefgh.41", "abcdefgh.42")).toBe(true);
  expect(isCoveredBy("abcdefgh.42", "abcdefgh.42")).toBe(true);
  expect(isCoveredBy("abcdefgh.43", "abcdefgh.42")).toBe(false);
  expect(isCoveredBy("abcdefgh.9007199254740993", "abcdefgh.9007199254740992")).toBe(false);
});

test("cursors of two epochs are never compared", () => {
  expect(isCoveredBy("abcdefgh.1", "hgfedcba.42")).toBe(false);
});
