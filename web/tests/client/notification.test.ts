import { expect, test } from "vitest";
import { readNotification } from "../../client/wire.ts";
import { vectors } from "../vectors.ts";

interface Draft {
  readonly to: readonly string[];
  readonly title: string;
  readonly level?: string | null;
  readonly [field: string]: unknown;
}

const { valid } = vectors<{ valid: { why: string; draft: Draft; json: string }[] }>("drafts");

test.each(valid)("what the hub delivers is read as it was published: $why", ({ draft, json }) => {
  const notification = readNotification(JSON.parse(json));
  expect(notification).toMatchObject({
    title: draft.title,
    level: draft.level ?? "info",
    topics: [...new Set(draft.to)].filter((to) => to.startsWith("topic:")).map((to) => to.slice(6)),
    everyone: draft.to.includes("everyone"),
    direct: false,
  });
  for (const field of ["body", "type", "source", "link", "data"] as const) {
    expect(notification[field], field).toEqual(draft[field] ?? undefined);
  }
  expect(readNotification(JSON.parse(json.replace(/\}$/, ',"direct":true}'))).direct).toBe(true);
});
