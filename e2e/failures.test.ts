/** Failures and recovery: each part is killed in turn, and a relay is stopped while it has many viewers. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { seededRandom } from "@screen-share/protocol/testing";
import { Client, type ClientOptions } from "@screen-share/protocol/testing/client";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ViewersReturn } from "./support/many-viewers.ts";
import { freePort } from "./support/ports.ts";
import { startRelay } from "./support/programs.ts";
import { tilePictures } from "./support/soak/pictures.ts";
import { SoakProducer } from "./support/soak/producer.ts";
import { ask, bodyOf } from "./support/soak/readers.ts";
import { histogram } from "./support/statistics.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { sleep } from "./support/wait.ts";
import { PARTS, WholeProduct } from "./support/whole-product.ts";

const KILLS = 2;
/** Recovery from each loss may take a minute. */
const KILLS_LIMIT_MS = KILLS * PARTS.length * 60_000;
const CROWD = 500;
/** A relay has 30 s to stop (fly.toml) and needs one; a busy machine needs a few. */
const MAX_STOP_MS = 15_000;
const STEP_MS = 250;
const GUARDED = { AUTH_SECRET: SECRET, LOG_LEVEL: "error" };

/** A producer with one static picture. */
function restingProducer(port: number, problems: string[]): SoakProducer {
  const producer = new SoakProducer({
    port,
    room: "main",
    pictureSets: tilePictures([60]),
    random: seededRandom(1),
    onProblem: (problem) => problems.push(problem),
  });
  producer.moving = false;
  onTestFinished(() => producer.close());
  return producer;
}

/** Requests the relay's health repeatedly. @returns a function that stops this and returns the time of the slowest answer, ms */
function watchHealth(port: number): () => Promise<number> {
  let over = false;
  const asking = (async () => {
    let slowestMs = 0;
    while (!over) {
      const askedAt = performance.now();
      const answer = await ask(port, "/healthz");
      if (answer) await bodyOf(answer);
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      await sleep(50);
    }
    return slowestMs;
  })();
  return () => {
    over = true;
    return asking;
  };
}

const report = (line: string) => process.stdout.write(`${line}\n`);

it(
  "each part survives the loss of any other",
  async () => {
    const product = await WholeProduct.start(seededRandom(7));
    onTestFinished(() => product.stop());
    const order = Array.from({ length: KILLS }, () => PARTS).flat();
    for (const part of order) {
      const { downMs, blindMs } = await product.lose(part);
      report(
        `  ${part}: up again after ${downMs.toFixed(0)} ms, seen after ${blindMs.toFixed(0)} more`,
      );
      expect(await product.wrongs(), `after the loss of the ${part}`).toEqual([]);
    }
  },
  KILLS_LIMIT_MS,
);

describe("a relay that receives a signal to stop", () => {
  it("closes all connections with 1012, exits in time with 0, and frees its port at once", async () => {
    const port = await freePort();
    const relay = await startRelay(port, GUARDED);
    onTestFinished(async () => void (await relay.end("SIGKILL")));
    const token = await mint({ role: "viewer", room: "main" });
    const agents = await mint({ role: "producer", room: "main" });
    const others = await mint({ role: "producer", room: "other" });
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const viewer = (options: ClientOptions) => new Client(port, "/ws/viewer", options);
    const producer = (options: ClientOptions, query = "") =>
      new Client(port, `/ws/producer${query}`, options);
    const watching = viewer({});
    expect(await watching.enter("main", { token })).toBe(true);
    const sharing = producer(bearer(agents));
    expect(await sharing.enter("main", { producerId: "p".repeat(32) })).toBe(true);
    const more = [
      viewer({}),
      producer({}),
      viewer({ plain: true, ...bearer(token) }),
      producer({ plain: true, ...bearer(others) }, "?room=other"),
    ];
    for (const { opened } of more) expect(await opened).toBe(true);
    const stream = await ask(port, `/stream.mjpeg?token=${token}`);
    expect(stream?.statusCode).toBe(200);
    const streamed = stream && bodyOf(stream);

    const askedAt = performance.now();
    const ended = relay.end("SIGTERM");
    const closed = await Promise.all([watching, sharing, ...more].map((client) => client.closed));
    expect(closed.map(({ code }) => code)).toEqual([1012, 1012, 1012, 1012, 1012, 1012]);
    expect(await ended).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(MAX_STOP_MS);
    const probe = createServer().listen({ port, host: "127.0.0.1", exclusive: true });
    await once(probe, "listening");
    probe.close();
    await streamed;
    expect(relay.output).toBe("");
  });

  it(`gets ${CROWD} viewers back, each with the whole picture, when it returns`, async () => {
    const port = await freePort();
    const first = await startRelay(port, GUARDED);
    onTestFinished(async () => void (await first.end("SIGKILL")));
    const problems: string[] = [];
    restingProducer(port, problems);
    const token = await mint({ role: "viewer", room: "main" });
    const script = fileURLToPath(new URL("./support/many-viewers.ts", import.meta.url));
    const args = [String(port), String(CROWD), token];
    const crowd = fork(script, args, { execArgv: ["--import", "tsx"] });
    onTestFinished(() => void crowd.kill("SIGKILL"));
    expect((await once(crowd, "message"))[0]).toBe("here");

    const back = once(crowd, "message") as Promise<[ViewersReturn]>;
    expect(await first.end("SIGTERM")).toBe(0);
    const second = await startRelay(port, GUARDED);
    onTestFinished(async () => void (await second.end("SIGKILL")));
    const upAt = performance.timeOrigin + performance.now();
    const health = watchHealth(port);
    const [{ welcomedAt, backAt, codes, pictures, stallMs, ...crowds }] = await back;
    const slowestMs = await health();
    const spread = (times: readonly number[]) =>
      histogram(
        times.map((at) => at - upAt),
        STEP_MS,
      ).join(" ");
    report(`  ${CROWD} viewers let in, per ${STEP_MS} ms: ${spread(welcomedAt)}`);
    report(`  with the whole picture: ${spread(backAt)}`);
    report(
      `  meanwhile: slowest /healthz ${slowestMs.toFixed(0)} ms, the crowd's own worst stall ${stallMs.toFixed(0)} ms; closes ${JSON.stringify(codes)}`,
    );
    expect(codes[1012]).toBe(CROWD);
    expect([welcomedAt.length, backAt.length]).toEqual([CROWD, CROWD]);
    expect(pictures).toBe(1);
    expect([...problems, ...crowds.problems]).toEqual([]);
    expect(second.output).toBe("");
  });
});
