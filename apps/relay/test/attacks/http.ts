/** HTTP requests that are malformed, misleading or endless. */
import { RawSocket, upgradeRequest } from "@screen-share/protocol/testing/raw-socket";
import { handMade } from "../tokens.ts";
import { type Attacks, HALL, inParallel } from "./attack.ts";

const HOST = "Host: relay.example\r\n";
/** How long an attacker waits for a response that is due, and for one that may never come. */
const PATIENCE_MS = 10_000;
const SHORT_PATIENCE_MS = 400;

const request = (target: string, headers = "", method = "GET") =>
  `${method} ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;

/** Any port will do, as the host does not matter without an origin. */
const upgrade = (path: string, headers: Record<string, string> = {}) =>
  upgradeRequest(80, { path, headers });

/** @returns the first status that came */
async function sent(port: number, text: string, patienceMs: number): Promise<string> {
  const raw = await RawSocket.open(port);
  raw.write(Buffer.from(text, "latin1"));
  const patience = setTimeout(() => raw.destroy(), patienceMs);
  await raw.until(() => raw.statuses.length > 0);
  clearTimeout(patience);
  raw.destroy();
  return String(raw.statuses[0] ?? "silence");
}

const each =
  (texts: readonly string[], patienceMs = PATIENCE_MS) =>
  (port: number) =>
    inParallel(texts, 16, (text) => sent(port, text, patienceMs));

const body = "GET /snapshot.jpg HTTP/1.1\r\nHost: x\r\n\r\n";
const SMUGGLED = [
  `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`,
  `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${body}`,
  `Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n${body}`,
  `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${body}`,
  `Content-Length: -1\r\n\r\n${body}`,
  `Content-Length: 99999999999999999999\r\n\r\n${body}`,
  `Content-Length: 4, 5\r\n\r\n${body}`,
  `Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n${body}`,
  `Transfer-Encoding: chunked\r\n\r\n-1\r\n${body}`,
];

const TRICKS = [
  "/../../../etc/passwd",
  "/..%2f..%2f..%2fetc%2fpasswd",
  "/%2e%2e/%2e%2e/package.json",
  "/..\\..\\package.json",
  "/_next/../../package.json",
  "//etc/passwd",
  "/index.html%00.png",
  "/%",
  "/%ff",
  "/%E0%A4%A",
  "/__proto__",
  "/constructor",
  "/ws/../snapshot.jpg",
  "/snapshot.jpg/",
  "/SNAPSHOT.JPG",
  "/healthz/x",
  `/${"a/".repeat(4000)}`,
];

const INJECTED = [
  "%0d%0aX-Injected:%201",
  "%00",
  "..%2f..",
  "hall%0a",
  "x".repeat(10_000),
  "%F0%9F%92%A9",
  "__proto__",
];

const MALFORMED = [
  "GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n",
  "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
  "GET /healthz\r\n\r\n",
  "GET /healthz HTTP/1.1\nHost: x\n\n",
  "GET /healthz HTTP/1.1\r\n\r\n",
  `GET /healthz HTTP/1.1\r\n${HOST}X-A: b\r\n c\r\n\r\n`,
  `GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n`,
  `GET /healthz\0 HTTP/1.1\r\n${HOST}\r\n`,
  "CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET http://evil.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  request("/healthz", `X: ${"y".repeat(1_000_000)}\r\n`),
  request(`/${"a".repeat(1_000_000)}`),
  request("/healthz", Array.from({ length: 1000 }, (_, i) => `X-${i}: y\r\n`).join("")),
  "\r\n".repeat(10_000),
];

/** Beginnings of requests, and the piece that is sent repeatedly after each. */
const UNFINISHED = [
  ["", ""],
  ["GET /healthz HTTP/1.1\r\n", "X-A: b\r\n"],
  [`GET /healthz HTTP/1.1\r\n${HOST}X-A: `, "b"],
  [`POST /healthz HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`, "x"],
  [upgrade("/ws/viewer").slice(0, -2), "X-A: b\r\n"],
  [upgrade("/ws/producer").slice(0, 40), ""],
] as const;

async function drip(port: number, begin: string, piece: string): Promise<string> {
  const raw = await RawSocket.open(port);
  raw.write(begin);
  const timer = setInterval(() => raw.write(piece), 500);
  await raw.closed;
  clearInterval(timer);
  return "broken off";
}

export const httpAttacks: Attacks = {
  "HTTP: two lengths, both kinds of length, impossible ones": {
    allowed: ["400", "405"],
    run: each(SMUGGLED.map((rest) => `POST /healthz HTTP/1.1\r\n${HOST}${rest}`)),
  },
  "HTTP: paths that lead elsewhere": {
    allowed: ["404"],
    run: each(TRICKS.map((path) => request(path))),
  },
  "HTTP: no HTTP, or hardly": {
    allowed: ["400", "431", "505", "silence"],
    run: each(MALFORMED, SHORT_PATIENCE_MS),
  },
  "HTTP: other methods": {
    allowed: ["405"],
    run: each(
      ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"].flatMap((method) =>
        ["/", "/snapshot.jpg", "/ws/viewer"].map((path) => request(path, "", method)),
      ),
    ),
  },
  "HTTP: OPTIONS where no page of another origin may ask": {
    allowed: ["405"],
    run: each(["/", "/ws/viewer"].map((path) => request(path, "", "OPTIONS"))),
  },
  "HTTP: OPTIONS of a picture, as before a request of another origin": {
    allowed: ["200"],
    run: each([request("/snapshot.jpg", "", "OPTIONS")]),
  },
  "HTTP: headers injected by room and token": {
    // The last name is valid. 431: newer versions of the library refuse long headers by themselves.
    allowed: ["400", "401", "404", "431"],
    run: each(
      INJECTED.flatMap((room) => [
        request(`/snapshot.jpg?room=${room}&token=${handMade({ room: decodeURIComponent(room) })}`),
        request(`/stream.mjpeg?room=${HALL}&token=${room}`),
        request(`/snapshot.jpg?room=${room}`, `Authorization: Bearer ${room}\r\n`),
      ]),
    ),
  },
  "HTTP: upgrades that are none": {
    allowed: ["404", "405", "silence"],
    run: each(
      [
        upgrade("/ws/viewer", { "Sec-WebSocket-Key": "short" }),
        upgrade("/ws/nothing"),
        upgrade("/ws/viewer").replace("GET", "POST"),
        request("/ws/viewer"),
      ],
      SHORT_PATIENCE_MS,
    ),
  },
  "HTTP: 1000 requests at once on one connection": {
    allowed: ["200"],
    run: each([request("/healthz").repeat(1000)]),
  },
};

/** These take long, so they run in parallel with the others. */
export const slowHttpAttacks: Attacks = {
  "HTTP: headers, bodies and upgrades that never end": {
    allowed: ["broken off"],
    run: (port) => inParallel(UNFINISHED, 6, ([begin, piece]) => drip(port, begin, piece)),
  },
};
