/** Loaded into a relay under attack. Collects garbage before it reports to its parent how much memory is held. */
process.on("message", (message) => {
  if (message !== "memory") return;
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ heldBytes: heapUsed + external, rssBytes: rss });
});
