import { describe, expect, test } from "vitest";
import { gapLabel } from "../../page/list.ts";
import { safeLink } from "../../page/link.ts";
import { tokenFault } from "../../page/session.ts";
import { groupOf, hueOf, initialOf } from "../../page/source.ts";
import { TideKeeper, readTide } from "../../page/tide.ts";
import { agoLabel, momentLabel } from "../../page/time.ts";
import { vectors } from "../vectors.ts";

const NOW = Date.parse("2026-03-13T14:32:00Z");
const ago = (ms: number) => agoLabel(NOW - ms, NOW);
const MIN = 60_000;
const HOUR = 60 * MIN;

describe("times", () => {
  test("tell minutes, then hours, then the day", () => {
    expect([0, 59_999, MIN, 59 * MIN, HOUR, 23.9 * HOUR].map(ago)).toEqual([
      "now",
      "now",
      "1 min",
      "59 min",
      "1 h",
      "23 h",
    ]);
    expect(ago(24 * HOUR)).toBe("Thu 14:32");
    expect(ago(8 * 24 * HOUR)).toBe("5 Mar 14:32");
  });

  test("from a clock that runs ahead are now, and none is nothing", () => {
    expect(ago(-10 * MIN)).toBe("now");
    expect(agoLabel(Number.NaN, NOW)).toBe("");
  });

  test("of yesterday name the day, even within 24 hours", () => {
    expect(momentLabel(NOW - HOUR, NOW)).toBe("13:32");
    expect(momentLabel(NOW - 20 * HOUR, NOW)).toBe("Thu 18:32");
  });
});

describe("links", () => {
  const origin = "https://page.example";
  const { valid, invalid } = vectors<{ valid: string[]; invalid: string[] }>("links");

  test.each(valid)("%j may be followed", (link) => {
    expect(safeLink(link, origin)).toBe(new URL(link, origin).href);
  });

  test.each(invalid)("%j may not", (link) => {
    expect(safeLink(link, origin)).toBeUndefined();
  });

  interface Limit {
    readonly field: string;
    readonly before: string;
    readonly unit: string;
    readonly times: number;
  }
  const limits = vectors<{ text: Limit[] }>("limits").text.filter(({ field }) => field === "link");

  test.each(limits)("may be as long as the hub takes", ({ before, unit, times }) => {
    expect(safeLink(before + unit.repeat(times), origin)).toBeDefined();
    expect(safeLink(before + unit.repeat(times + 1), origin)).toBeUndefined();
  });

  test("a path leads to the page's own origin", () => {
    expect(safeLink("/orders/1", origin)).toBe("https://page.example/orders/1");
  });
});

describe("sources", () => {
  test("have one of twelve hues, by FNV-1a over UTF-8", () => {
    // FNV-1a: "" 0x811c9dc5, "a" 0xe40c292c, "foobar" 0xbf9cf968.
    expect(hueOf("")).toBe(15 + 30 * (0x811c9dc5 % 12));
    expect(hueOf("a")).toBe(15 + 30 * (0xe40c292c % 12));
    expect(hueOf("foobar")).toBe(15 + 30 * (0xbf9cf968 % 12));
  });

  test("have the first letter or digit for a tile", () => {
    expect(["GitHub", "élan", "«shop»", "3d", "—", ""].map(initialOf)).toEqual([
      "G",
      "É",
      "S",
      "3",
      "·",
      "·",
    ]);
  });
});

describe("groups", () => {
  const of = (topics: string[], data?: Record<string, unknown>) =>
    groupOf({
      id: "x",
      title: "x",
      time: "",
      level: "info",
      everyone: false,
      direct: false,
      topics,
      ...(data ? { data } : {}),
    });

  test("come from data.group, else from the first topic", () => {
    expect(of(["a.b.c"], { group: "ops" })).toBe("ops");
    expect(of(["a.b.c", "d.e"])).toBe("a.b");
    expect(of(["a.b.c"], { group: 7 })).toBe("a.b");
    expect(of(["a"])).toBeUndefined();
    expect(of([])).toBeUndefined();
  });
});

describe("gaps", () => {
  test("say what is missing", () => {
    const toTime = "2026-03-09T09:10:00Z";
    expect(gapLabel({ reason: "retention", toTime }, NOW)).toBe(
      "What came before Mon 09:10 is no longer kept.",
    );
    expect(gapLabel({ reason: "retention" }, NOW)).toBe(
      "Some of what came before is no longer kept.",
    );
    expect(gapLabel({ reason: "epoch", toTime }, NOW)).toBe(
      "The hub’s log was replaced at Mon 09:10. What came before may differ.",
    );
  });
});

describe("the tide", () => {
  test("is read back as it was kept; anything else is none", () => {
    const tide = { cursor: "abcdefgh.7", atMs: NOW };
    expect(readTide(JSON.stringify(tide))).toEqual(tide);
    for (const kept of [null, "", "{", "null", "7", '{"cursor":"x"}', '{"cursor":"abcdefgh.7"}']) {
      expect(readTide(kept), String(kept)).toBeUndefined();
    }
  });

  test("is done without where the browser keeps nothing", () => {
    const keeper = new TideKeeper(new URL("http://localhost/"), () => {
      throw new Error("SecurityError");
    });
    keeper.save({ cursor: "abcdefgh.7", atMs: NOW });
    expect(keeper.load()).toBeUndefined();
  });
});

test("a token that can't be sent is refused before it is", () => {
  expect(tokenFault("eyJhbGciOi.JIUzI1.NiJ9")).toBeUndefined();
  for (const token of ["", "a b", "a\nb", "é", "a\u0000"]) {
    expect(tokenFault(token)).toBe("A token is one line without spaces.");
  }
});
