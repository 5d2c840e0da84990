/** The alerts and the dashboard of `docker/monitoring` use only metrics that the relay has. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { newHub } from "../../test/participants.ts";
import { Metrics } from "./metrics.ts";

const text = (name: string) =>
  readFileSync(
    fileURLToPath(new URL(`../../../../docker/monitoring/${name}`, import.meta.url)),
    "utf8",
  );

/** Prometheus itself counts this one. */
const OF_PROMETHEUS = ["up"];
const METRIC = /\b((?:screen_share|nodejs|process)_[a-z0-9_]+|up)\{/g;

async function counted(): Promise<string> {
  const metrics = new Metrics({ version: "1.2.3" });
  metrics.watch(newHub());
  return await metrics.text();
}

function metricsOf(source: string): string[] {
  return [...source.matchAll(METRIC)].map(([, name = ""]) => name);
}

describe.each(["alerts.yaml", "grafana-dashboard.json"])("%s", (name) => {
  it("uses only existing metrics", async () => {
    const known = await counted();
    const asked = metricsOf(text(name)).filter((metric) => !OF_PROMETHEUS.includes(metric));
    expect(asked.length).toBeGreaterThan(5);
    const missing = asked.filter((metric) => {
      const base = metric.replace(/_(bucket|count|sum)$/, "");
      return !known.includes(`# TYPE ${metric} `) && !known.includes(`# TYPE ${base} histogram`);
    });
    expect(missing).toEqual([]);
  });
});

describe("the dashboard", () => {
  const dashboard = JSON.parse(text("grafana-dashboard.json"));

  it("gives each panel a description, a query and a place of its own", () => {
    const places = new Set<string>();
    for (const { title, description, targets, gridPos } of dashboard.panels) {
      expect(description, title).toMatch(/\.$/);
      expect(targets.length, title).toBeGreaterThan(0);
      places.add(`${gridPos.x},${gridPos.y}`);
    }
    expect(places.size).toBe(dashboard.panels.length);
  });

  it("shows every metric of the relay", async () => {
    const known = [...(await counted()).matchAll(/^# TYPE (screen_share_\w+) /gm)];
    const shown = metricsOf(JSON.stringify(dashboard).replaceAll('\\"', '"'));
    const unseen = known
      .map(([, name = ""]) => name)
      .filter((name) => !shown.some((metric) => metric.replace(/_(bucket|count)$/, "") === name));
    expect(unseen).toEqual([]);
  });
});
