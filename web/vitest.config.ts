import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "logic",
          include: ["tests/client/*.test.ts", "tests/page/*.test.ts"],
          env: { TZ: "UTC" },
          environment: "node",
        },
      },
      {
        test: {
          name: "browser",
          include: ["tests/browser/*.test.ts"],
          environment: "node",
          fileParallelism: false,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "pictures",
          include: ["tests/pictures.ts"],
          environment: "node",
          testTimeout: 120_000,
        },
      },
    ],
  },
});
