/** `it` for tests in Chromium. All test files of a worker share one process of it, since a launch costs as much as opening two pages. */
import { test } from "vitest";
import { startBrowser } from "./browser.ts";

export const it = test
  .extend(
    "chromium",
    { scope: "worker" },
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs
    async ({}, { onCleanup }) => {
      const chromium = await startBrowser();
      onCleanup(() => chromium.close());
      return chromium;
    },
  )
  .extend("browser", { scope: "file" }, ({ chromium }, { onCleanup }) => {
    // Pages that a test has left open must not disturb the next file.
    onCleanup(async () => {
      for (const context of chromium.contexts()) await context.close();
    });
    return chromium;
  });
