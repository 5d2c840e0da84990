import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import type { Closed } from "@screen-share/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeRelay } from "../../test/fake-relay.ts";
import { proxyFor } from "./proxy.ts";
import { openerFor } from "./socket.ts";

const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];

beforeEach(() => {
  for (const name of VARIABLES) {
    vi.stubEnv(name, "");
    vi.stubEnv(name.toLowerCase(), "");
  }
});
afterEach(() => vi.unstubAllEnvs());

function nameOf(relay: string): string | undefined {
  const proxy = proxyFor(relay);
  return proxy && "url" in proxy ? proxy.url.href : proxy?.problem;
}

describe("the proxy for a relay", () => {
  it.each([
    [{ HTTPS_PROXY: "http://p:3128" }, "wss://relay.example/ws", "http://p:3128/"],
    [{ https_proxy: "http://p:3128" }, "wss://relay.example/ws", "http://p:3128/"],
    [{ HTTPS_PROXY: "p:3128" }, "wss://relay.example/ws", "http://p:3128/"],
    [{ HTTPS_PROXY: "https://p:3129" }, "wss://relay.example/ws", "https://p:3129/"],
    [{ HTTPS_PROXY: "http://p:3128" }, "ws://relay.example/ws", undefined],
    [{ HTTP_PROXY: "http://p:3128" }, "ws://relay.example/ws", "http://p:3128/"],
    [{ http_proxy: "http://p:3128" }, "wss://relay.example/ws", undefined],
    [{ ALL_PROXY: "socks5://p:1080" }, "wss://relay.example/ws", "socks5://p:1080"],
    [{ all_proxy: "socks5h://p:1080" }, "ws://relay.example/ws", "socks5h://p:1080"],
    [{ ALL_PROXY: "http://a", HTTPS_PROXY: "http://b" }, "wss://relay.example/ws", "http://b/"],
    [{ ALL_PROXY: "http://p", NO_PROXY: "relay.example" }, "wss://relay.example/ws", undefined],
    [{ ALL_PROXY: "http://p", no_proxy: ".example" }, "wss://relay.example/ws", undefined],
    [{ ALL_PROXY: "http://p", NO_PROXY: "*" }, "wss://relay.example/ws", undefined],
    [{ ALL_PROXY: "http://p", NO_PROXY: "relay.example:80" }, "wss://relay.example", "http://p/"],
    [{ ALL_PROXY: "http://p" }, "ws://localhost:8000/ws", undefined],
    [{ ALL_PROXY: "http://p" }, "ws://127.0.0.1:8000/ws", undefined],
    [{ ALL_PROXY: "http://p" }, "ws://[::1]:8000/ws", undefined],
    [{}, "wss://relay.example/ws", undefined],
  ])("named by %j for %s is %s", (environment, relay, proxy) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(nameOf(relay)).toBe(proxy);
  });

  it.each(["ftp://p", "not a proxy", "http://"])("cannot be %j", (value) => {
    vi.stubEnv("ALL_PROXY", value);
    expect(nameOf("wss://relay.example/ws")).toMatch(/^The proxy .* is not an address such as /);
  });

  it("is named by its host alone, since its password must not be logged", () => {
    vi.stubEnv("ALL_PROXY", "http://me:secret@proxy.example:3128");
    expect(proxyFor("wss://relay.example")).toHaveProperty("name", "proxy.example:3128");
  });
});

/** A host that DNS does not know: only the proxy can reach it. */
const RELAY = "ws://relay.invalid/ws/producer";

describe("a connection through a proxy", () => {
  let relay: FakeRelay;
  let proxy: Server;
  let asked: { url: string | undefined; authorization: string | undefined }[];
  let answer: (client: Socket) => void;

  beforeEach(async () => {
    relay = await FakeRelay.start();
    asked = [];
    answer = (client) => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      const onward = connect(relay.port, "127.0.0.1");
      client.pipe(onward).pipe(client);
      client.on("error", () => onward.destroy());
      onward.on("error", () => client.destroy());
    };
    proxy = createServer().listen(0, "127.0.0.1");
    proxy.on("connect", ({ url, headers }, client: Socket) => {
      asked.push({ url, authorization: headers["proxy-authorization"] });
      answer(client);
    });
    await once(proxy, "listening");
  });
  afterEach(async () => {
    await relay.stop();
    proxy.closeAllConnections();
    proxy.close();
  });

  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

  /** Dials the relay. Resolves once that is open or closed. */
  async function dial(): Promise<"opened" | Closed> {
    const open = openerFor({ server: RELAY, token: "agents-token" });
    if ("problem" in open) throw new Error(open.problem);
    return await new Promise((resolve) => {
      const ignore = () => {};
      const events = { message: ignore, alive: ignore };
      open({ ...events, opened: () => resolve("opened"), closed: resolve });
    });
  }

  it("is opened by CONNECT, with the proxy's user and password, and the token only for the relay", async () => {
    vi.stubEnv("HTTP_PROXY", `http://me:p%40ss@127.0.0.1:${portOf(proxy)}`);
    expect(await dial()).toBe("opened");
    const authorization = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    expect(asked).toEqual([{ url: "relay.invalid:80", authorization }]);
    const { headers } = await relay.connection();
    expect(headers.authorization).toBe("Bearer agents-token");
    expect(headers["proxy-authorization"]).toBeUndefined();
  });

  it.each([
    [407, /requires a user and a password/],
    [403, /does not allow connections to the relay/],
    [502, /refused with HTTP status 502/],
  ])("that is refused with %i is explained, without a password", async (status, words) => {
    const port = portOf(proxy);
    vi.stubEnv("HTTP_PROXY", `http://me:secret@127.0.0.1:${port}`);
    answer = (client) => client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const closed = await dial();
    expect(closed).toHaveProperty("error", expect.stringMatching(words));
    expect(closed).toHaveProperty("error", expect.stringContaining(`127.0.0.1:${port}: `));
    expect(JSON.stringify(closed)).not.toContain("secret");
  });

  it("reports that the proxy cannot be reached", async () => {
    const port = portOf(proxy);
    proxy.close();
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${port}`);
    const error = `through the proxy 127.0.0.1:${port}: connection refused`;
    expect(await dial()).toHaveProperty("error", error);
  });

  it("also works through SOCKS 5, where the proxy resolves the name", async () => {
    const requests: string[] = [];
    const socks = createTcpServer((client) => {
      client.once("data", () => {
        client.write(Uint8Array.of(5, 0));
        client.once("data", (request) => {
          requests.push(request.subarray(5, 5 + (request[4] ?? 0)).toString());
          client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
          const onward = connect(relay.port, "127.0.0.1");
          client.pipe(onward).pipe(client);
          client.on("error", () => onward.destroy());
        });
      });
    }).listen(0, "127.0.0.1");
    await once(socks, "listening");
    vi.stubEnv("ALL_PROXY", `socks5h://127.0.0.1:${portOf(socks)}`);
    expect(await dial()).toBe("opened");
    expect(requests).toEqual(["relay.invalid"]);
    socks.close();
  });
});
