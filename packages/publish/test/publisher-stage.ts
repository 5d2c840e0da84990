/** A publisher and a relay for tests of the one against the other, both new for each test. */
import { afterEach, beforeEach, expect } from "vitest";
import { nodePlatform } from "../src/node/platform.ts";
import { directOpener } from "../src/node/socket.ts";
import { TerminalLinks } from "../src/node/terminal-links.ts";
import type { ProducerIdentity, ViewerLinks } from "../src/ports.ts";
import { Publisher, type PublisherEnd, type PublisherOptions } from "../src/publisher/publisher.ts";
import type { PublishedPicture, PublishSession } from "../src/session.ts";
import { FakeRelay } from "./fake-relay.ts";
import { keptLog } from "./frames.ts";

export const SECRET = "a-token-that-nobody-may-read";
export const IDENTITY: ProducerIdentity = {
  producerId: "0123456789abcdef0123456789abcdef",
  generation: "first",
};

export const IGNORED_LINKS: ViewerLinks = {
  begin: () => IDENTITY,
  ended: false,
  received: () => {},
  renewed: () => {},
  check: () => {},
  stop: () => {},
};

export const PICTURE: PublishedPicture = {
  stream: { codec: "jpeg", width: 64, height: 48, tables: [] },
  subject: "test",
  keyframe: true,
  cut: false,
  tiles: [{ index: 0, table: 0, bytes: Uint8Array.of(1, 2, 3) }],
  capturedAt: 1,
  encodedAt: 2,
};

interface StageOptions extends Partial<PublisherOptions> {
  readonly viewerUrl?: string;
  readonly token?: string;
}

export class PublisherStage {
  identity = IDENTITY;
  readonly log = keptLog();
  /** That were given out to viewers. */
  readonly links: string[] = [];
  #running: { readonly publisher: Publisher; readonly ending: Promise<PublisherEnd> } | undefined;

  constructor(public relay: FakeRelay) {}

  get publisher(): Publisher {
    return this.#started.publisher;
  }

  get ending(): Promise<PublisherEnd> {
    return this.#started.ending;
  }

  start({ viewerUrl, token, ...options }: StageOptions = {}): void {
    const { url = this.relay.url } = options;
    const { log } = this;
    const publisher = new Publisher({
      open: directOpener({ server: url, token }),
      url,
      room: "main",
      name: "a-host",
      links: new TerminalLinks({
        url,
        viewerUrl,
        identity: () => this.identity,
        onViewerLink: (link) => this.links.push(link),
        log,
        timers: nodePlatform,
      }),
      log,
      timing: { ...nodePlatform, random: () => 0 },
      ...options,
    });
    this.#running = { publisher, ending: publisher.run() };
  }

  async publish(changes: Partial<PublishedPicture> = {}): Promise<PublishSession> {
    const session = await this.publisher.turn();
    if (!session) throw new Error("it has ended");
    expect(session.publish({ ...PICTURE, ...changes }, nodePlatform.now())).toBeGreaterThan(0);
    return session;
  }

  /** No test may have made it print its token. */
  async end(): Promise<void> {
    this.#running?.publisher.stop();
    await this.#running?.ending;
    await this.relay.stop();
    expect(this.log.lines.join()).not.toContain(SECRET);
  }

  get #started() {
    if (!this.#running) throw new Error("it was never started");
    return this.#running;
  }
}

/** Makes a stage for each test of a file. */
export function eachOn<S extends { end(): Promise<void> }>(
  Stage: new (relay: FakeRelay) => S,
): () => S {
  let stage: S;
  beforeEach(async () => {
    stage = new Stage(await FakeRelay.start());
  });
  afterEach(() => stage.end());
  return () => stage;
}

/** Waits for something that no event reports. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
