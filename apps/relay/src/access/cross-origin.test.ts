/** What a page of another origin may request and read over HTTP. */

import { connect } from "@screen-share/protocol/testing/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get, liveRelay } from "../../test/live-relay.ts";
import { wholeJpeg } from "../../test/participants.ts";
import { handMade, SECRET } from "../../test/tokens.ts";
import type { RunningRelay } from "../relay.ts";

const PAGE = "https://dashboard.example";
const bearer = { authorization: `Bearer ${handMade()}` };
const preflight = { origin: PAGE, "access-control-request-method": "GET" };
const PICTURES = ["/snapshot.jpg", "/stream.mjpeg?room=main&fps=1"];

let relay: RunningRelay;
beforeAll(async () => {
  relay = await liveRelay({ AUTH_SECRET: SECRET });
});
afterAll(() => relay.close(1012, ""));

const words = (header: string | undefined) => (header ?? "").toLowerCase().split(/, */);

describe("a preflight for a picture (P-69)", () => {
  it.each(PICTURES)(
    "of %s allows any page to send its token, and requires none itself",
    async (path) => {
      const asked = {
        ...preflight,
        "access-control-request-headers": "authorization,if-none-match",
      };
      const { status, headers, body } = await get(relay, path, asked, "OPTIONS");
      expect([status, body.length]).toEqual([200, 0]);
      expect(headers["access-control-allow-origin"]).toBe("*");
      expect(words(headers["access-control-allow-methods"])).toEqual(["get", "head"]);
      const allowed = words(headers["access-control-allow-headers"]);
      expect(allowed).toEqual(expect.arrayContaining(["authorization", "if-none-match"]));
      expect(Number(headers["access-control-max-age"])).toBeGreaterThan(0);
    },
  );

  it("allows only the origins in ALLOWED_ORIGINS, if there are any", async () => {
    const strict = await liveRelay({ AUTH_SECRET: SECRET, ALLOWED_ORIGINS: PAGE });
    const { status, headers } = await get(strict, "/snapshot.jpg", preflight, "OPTIONS");
    expect([status, headers["access-control-allow-origin"], headers.vary]).toEqual([
      200,
      PAGE,
      "Origin",
    ]);
    const other = { ...preflight, origin: "https://other.example" };
    const refused = await get(strict, "/snapshot.jpg", other, "OPTIONS");
    expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([
      403,
      undefined,
    ]);
    await strict.close(1012, "");
  });

  it("is refused without a secret, and for anything but pictures", async () => {
    const open = await liveRelay({});
    const host = { host: `localhost:${open.port}` };
    for (const asked of [
      await get(open, "/snapshot.jpg", { ...preflight, ...host }, "OPTIONS"),
      await get(open, "/snapshot.jpg", host, "OPTIONS"),
      await get(relay, "/", preflight, "OPTIONS"),
    ]) {
      expect([403, 405]).toContain(asked.status);
      expect(asked.headers["access-control-allow-origin"]).toBeUndefined();
    }
    const { headers } = await get(relay, "/", preflight, "OPTIONS");
    expect(headers.allow).toBe("GET, HEAD");
    await open.close(1012, "");
  });
});

describe("the reply to a request for a picture (P-68)", () => {
  it("lets a page read its headers, and the reason of a refusal", async () => {
    const producer = await connect(relay, "/ws/producer", {
      plain: true,
      headers: { authorization: `Bearer ${handMade({ role: "producer" })}` },
    });
    producer.socket.send(wholeJpeg(1));
    await expect.poll(async () => (await get(relay, "/snapshot.jpg", bearer)).status).toBe(200);
    for (const [asked, status] of [
      [bearer, 200],
      [{}, 401],
      [{ authorization: `Bearer ${handMade({ room: "other" })}` }, 403],
    ] as const) {
      const { headers, ...got } = await get(relay, "/snapshot.jpg", { ...asked, origin: PAGE });
      expect([got.status, headers["access-control-allow-origin"]]).toEqual([status, "*"]);
      const exposed = words(headers["access-control-expose-headers"]);
      expect(exposed).toEqual(
        expect.arrayContaining(["etag", "x-picture-age", "x-producer-state"]),
      );
    }
    producer.socket.close();
  });
});
