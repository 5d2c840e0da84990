/** A server on either adapter whose sessions only record what happens, for the suite that both adapters pass. */
import { Happenings } from "@screen-share/protocol/testing/happenings";
import { HeldBytes } from "../src/core/held-bytes.ts";
import type { Peer, Session } from "../src/core/peer.ts";
import {
  type HttpRequest,
  type HttpStream,
  textReply,
  type WholeReply,
} from "../src/http/reply.ts";
import { chooseTransport, TRANSPORTS } from "../src/transport/choose.ts";
import type {
  Server,
  ServerOptions,
  StartServer,
  WebSocketRequest,
} from "../src/transport/transport.ts";

export const MAX_BYTES = { producer: 1_000_000, viewer: 1000 } as const;

export class RecordingSession implements Session {
  readonly messages: (Buffer | string)[] = [];
  readonly pongs: string[] = [];
  readonly summary = { kind: "recording" };
  drains = 0;
  ends = 0;
  ticks = 0;
  end: Parameters<ServerOptions["disconnected"]>[2] | undefined;
  admitted = false;

  constructor(
    readonly connection: WebSocketRequest,
    readonly peer: Peer,
    private readonly happenings: Happenings,
  ) {}

  receive(message: Uint8Array | string): void {
    this.messages.push(typeof message === "string" ? message : Buffer.from(message.slice()));
    this.happenings.notify();
  }

  ponged(payload: string): void {
    this.pongs.push(payload);
    this.happenings.notify();
  }

  drained(): void {
    this.drains++;
    this.happenings.notify();
  }

  tick(): void {
    this.ticks++;
  }

  ended(): void {
    this.ends++;
    this.happenings.notify();
  }
}

type Reply = WholeReply | HttpStream;

export class RecordingServer extends Happenings {
  readonly sessions: RecordingSession[] = [];
  readonly requests: HttpRequest[] = [];
  /** `left` is how many more connections there may be. */
  readonly descriptors = {
    left: Number.POSITIVE_INFINITY,
    http: 0,
    opened: () => {
      if (this.descriptors.left <= 0) return false;
      this.descriptors.left--;
      this.descriptors.http++;
      return true;
    },
    closed: () => {
      this.descriptors.http--;
      this.notify();
    },
    upgraded: () => {
      this.descriptors.http--;
    },
  };
  readonly traffic = { received: 0, delivered: 0 };
  /** How often something was about to be handled. */
  handled = 0;
  readonly held = new HeldBytes(2 ** 30, () => {});
  /** Summaries of the streams that have ended. */
  readonly streamed: unknown[] = [];
  /** Answers HTTP; a test may replace it. */
  answer: (request: HttpRequest) => Reply | Promise<Reply> = () =>
    textReply(404, "There is nothing here.");
  #server: Server | undefined;

  static async start(
    startServer: StartServer,
    options: Partial<Pick<ServerOptions, "port" | "maxBytes" | "maxUnfinishedBytes" | "pace">> = {},
  ): Promise<RecordingServer> {
    const recording = new RecordingServer();
    recording.#server = await startServer({
      host: "127.0.0.1",
      port: 0,
      maxBytes: MAX_BYTES,
      // Other tests in the same process must not use it up.
      maxUnfinishedBytes: 2 ** 30,
      pace: (task) => task(),
      ...options,
      admitted: (session) => (session as RecordingSession).admitted,
      connect: (connection, peer) => {
        const session = new RecordingSession(connection, peer, recording);
        recording.sessions.push(session);
        recording.notify();
        return session;
      },
      disconnected: (_, session, end) => {
        (session as RecordingSession).end = end;
        recording.notify();
      },
      answer: async (request) => {
        recording.requests.push(request);
        return await recording.answer(request);
      },
      streamed: (_, { summary }) => {
        recording.streamed.push(summary);
        recording.notify();
      },
      traffic: {
        received: (_, bytes) => {
          recording.traffic.received += bytes;
        },
        delivered: (_, bytes) => {
          recording.traffic.delivered += bytes;
        },
      },
      held: recording.held,
      descriptors: recording.descriptors,
      now: () => performance.now(),
      handles: () => {
        recording.handled++;
        return performance.now();
      },
    });
    return recording;
  }

  get port(): number {
    return this.#started.port;
  }

  get newest(): RecordingSession {
    const session = this.sessions.at(-1);
    if (!session) throw new Error("no client has connected");
    return session;
  }

  tick(): void {
    this.#started.tick();
  }

  close(code = 1012, reason = "test over"): Promise<void> {
    return this.#started.close(code, reason);
  }

  get #started(): Server {
    if (!this.#server) throw new Error("the server has started");
    return this.#server;
  }
}

// biome-ignore lint/style/noProcessEnv: the environment of the tests, not of a relay
const setting = TRANSPORTS.find((name) => name === process.env.TRANSPORT) ?? "auto";
const chosen = await chooseTransport(setting);
const ws = await chooseTransport("ws");

/** `ws`, and uWebSockets.js unless it has no build for this machine or TRANSPORT=ws. With TRANSPORT=uws its absence is an error. */
export const ADAPTERS: readonly (readonly [name: string, startServer: StartServer])[] = [
  ...(chosen.startServer === ws.startServer ? [] : [["uws", chosen.startServer] as const]),
  ["ws", ws.startServer],
];
