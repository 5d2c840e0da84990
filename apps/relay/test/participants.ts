/** Producers and viewers of a room, each on a fake peer. */
import {
  decodeAck,
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  type ProducerMessage,
  parseToViewerMessage,
  Replica,
  type Role,
  type StreamDescription,
  type Tile,
} from "@screen-share/protocol";
import { encodeTiles, encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { type Admitted, PendingSession } from "../src/access/pending-session.ts";
import { type Grant, UNLIMITED } from "../src/core/grant.ts";
import { HeldBytes } from "../src/core/held-bytes.ts";
import { Hub } from "../src/core/hub.ts";
import { MjpegViewer } from "../src/core/mjpeg-viewer.ts";
import { PlainProducer } from "../src/core/plain-producer.ts";
import { PlainViewer } from "../src/core/plain-viewer.ts";
import { ProducerSession, type ProducerSessionOptions } from "../src/core/producer-session.ts";
import { UNCOUNTED } from "../src/core/stats.ts";
import { ViewerSession } from "../src/core/viewer-session.ts";
import { Work } from "../src/core/work.ts";
import type { PictureRequest } from "../src/http/pictures.ts";
import { FakePeer, FakeSink } from "./fake-peer.ts";

export const MAX_BYTES = 1_000_000;
export const PRODUCER_ID = "0123456789abcdef0123456789abcdef";

export function newHub(options: Partial<ConstructorParameters<typeof Hub>[0]> = {}): Hub {
  let rooms = 0;
  return new Hub({
    maxRooms: 10,
    maxPlaces: 100,
    maxViewers: 10,
    maxPictureBytes: 2 ** 30,
    maxComposedBytes: 2 ** 30,
    pictureTtlMs: 600_000,
    held: new HeldBytes(2 ** 30, () => {}),
    newWork: () => new FakeWork(),
    newRoomId: () => `room${++rooms}`,
    stats: UNCOUNTED,
    time: new FakeTime(),
    ...options,
  });
}

/** Work on a clock of its own, each piece of which costs `costMs`. */
export class FakeWork extends Work {
  costMs = 0;

  constructor(private readonly time = new FakeTime()) {
    super(() => time.now());
  }

  override spend<T>(run: () => T): T {
    return super.spend(() => {
      this.pass(this.costMs);
      return run();
    });
  }

  pass(ms: number): void {
    this.time.advance(ms);
  }
}

const NO_CLAIM = { release: () => {} };

export type Admit = () => Admitted | Promise<Admitted>;
type PendingOptions = { admit?: Admit; greeted?: () => void; now?: number };
type Create = ConstructorParameters<typeof PendingSession>[0]["create"];

export function admitWith(granted: Partial<Grant> = {}): Admit {
  return () => ({ grant: { ...UNLIMITED, ...granted }, claim: NO_CLAIM });
}

export function pendingSession(
  role: Role,
  peer: FakePeer,
  create: Create,
  options: PendingOptions & { plain?: boolean } = {},
): PendingSession {
  const { admit = admitWith(), greeted = () => {}, plain = false, now = 0 } = options;
  const pace = (task: () => void) => task();
  const parts = { role, peer, maxMessageLength: MAX_BYTES, admit, create, greeted, pace };
  return new PendingSession(parts, { plain, now });
}

/** A small picture in two states; the second differs from the first in every tile. */
export function picturePair(width = 300, height = 20) {
  const size = { width, height };
  const { tables, tiles: first } = encodeTiles(screenLike(size, 1));
  const { tiles: second } = encodeTiles(screenLike(size, 2));
  const stream: StreamDescription = { codec: "jpeg-tiles", ...size, tables: [tables] };
  return { stream, first, second };
}

/** A room whose v1 producer has sent the first of a pair's pictures. */
export function liveRoom({ stream, first } = picturePair(), hub = newHub()) {
  const producer = new FakeProducer(hub);
  producer.describe(stream);
  producer.update(first, { keyframe: true });
  return { hub, producer };
}

function plainSession(
  role: Role,
  peer: FakePeer,
  create: Create,
  room: string,
  granted: Partial<Grant>,
) {
  const session = pendingSession(role, peer, create, { admit: admitWith(granted), plain: true });
  session.begin({ room, hello: undefined });
  return session;
}

export function plainProducer(hub = newHub(), granted: Partial<Grant> = {}) {
  const peer = new FakePeer();
  const create: Create = ({ room }, { grant, claim = NO_CLAIM }) =>
    new PlainProducer({ room: hub.enter(room, 0), grant, claim }, peer, { maxBytes: MAX_BYTES }, 0);
  return { hub, peer, session: plainSession("producer", peer, create, "main", granted) };
}

export function plainViewer(
  hub: Hub,
  peer = new FakePeer(),
  room = "main",
  granted: Partial<Grant> = {},
) {
  const create: Create = (asked, { grant }) =>
    new PlainViewer(hub.enter(asked.room, 0), peer, grant, 0);
  return { peer, session: plainSession("viewer", peer, create, room, granted) };
}

export function mjpegViewer(
  hub: Hub,
  granted: Partial<Grant> = {},
  { time = new FakeTime(), maxFps }: { time?: FakeTime; maxFps?: number } = {},
) {
  const sink = new FakeSink();
  const grant = { ...UNLIMITED, ...granted };
  const viewer = new MjpegViewer(hub.enter("main", 0), sink, { grant, maxFps, time });
  return { sink, viewer, time };
}

/** An admitted request for a picture of the room `main`. */
export function pictureRequest({
  granted = {} as Partial<Grant>,
  headers = {},
  query = "",
  time = new FakeTime(),
} = {}): PictureRequest {
  return {
    room: "main",
    grant: { ...UNLIMITED, ...granted },
    headers: new Map(Object.entries(headers)),
    query: new URLSearchParams(query),
    time,
  };
}

/** A whole JPEG, as plain producers send them. */
export function wholeJpeg(seed: number, width = 64): Uint8Array {
  return encodeWhole(screenLike({ width, height: 48 }, seed));
}

export function producerParts() {
  const mintLink: ProducerSessionOptions["mintLink"] = ({ room }, done) => done(`/#room=${room}`);
  return { maxBytes: MAX_BYTES, mintLink, wallNow: () => 0 };
}

export function createProducer(hub: Hub, peer: FakePeer, now = 0): Create {
  return ({ room, hello }, { grant, claim = NO_CLAIM }) => {
    if (!hello || !("producerId" in hello)) throw new Error("this is no producer's hello");
    const admitted = { room: hub.enter(room, now), hello, grant, claim };
    return new ProducerSession(admitted, peer, producerParts(), now);
  };
}

export function createViewer(hub: Hub, peer: FakePeer, now = 0): Create {
  return ({ room }, { grant }) => new ViewerSession(hub.enter(room, now), peer, grant, now);
}

export class FakeProducer {
  readonly peer = new FakePeer();
  readonly session: PendingSession;
  #epoch = 0;

  constructor(
    hub: Hub,
    options: PendingOptions & { room?: string; producerId?: string; gen?: string } = {},
  ) {
    const { room = "main", producerId = PRODUCER_ID, gen, now = 0 } = options;
    const create = createProducer(hub, this.peer, now);
    this.session = pendingSession("producer", this.peer, create, options);
    this.say({ type: "hello", room, producerId, ...(gen === undefined ? {} : { gen }) });
  }

  say(message: ProducerMessage, now = 0): void {
    this.session.receive(encodeControl(message), now);
  }

  describe(stream: StreamDescription): void {
    this.say({ type: "stream", epoch: ++this.#epoch, stream });
  }

  update(
    tiles: readonly Tile[],
    options: { keyframe?: boolean; cut?: boolean; now?: number; capturedAt?: number } = {},
  ): void {
    const { keyframe = false, cut = false, now = 0, capturedAt = 1 } = options;
    const times = { capturedAt, encodedAt: 2, relayedAt: 0 };
    const update = { keyframe, cut, epoch: this.#epoch, ...times, tiles };
    this.session.receive(encodeUpdate(update), now);
  }

  get acked(): number {
    return this.peer.binary.map(decodeAck).at(-1) ?? 0;
  }
}

/** A viewer with a replica of its own, which acks on cue. */
export class FakeViewer {
  readonly peer = new FakePeer();
  readonly session: PendingSession;
  readonly replica = new Replica();
  #read = 0;

  constructor(hub: Hub, room = "main", admit = admitWith(), now = 0, greeted = () => {}) {
    const create = createViewer(hub, this.peer, now);
    this.session = pendingSession("viewer", this.peer, create, { admit, greeted, now });
    this.session.receive(encodeControl({ type: "hello", room }), now);
  }

  /** Applies what came, in order, without acknowledging it. */
  read(): void {
    for (; this.#read < this.peer.sent.length; this.#read++) {
      const message = this.peer.sent[this.#read] ?? "";
      if (typeof message === "string") {
        const control = parseToViewerMessage(message);
        if (control?.type === "stream") this.replica.describe(control.epoch, control.stream);
      } else {
        this.replica.apply(decodeUpdate(message));
      }
    }
  }

  ack(): void {
    this.session.receive(encodeAck(this.peer.binary.length), 0);
  }

  /** Reads and acknowledges until nothing more comes. */
  settle(): void {
    do {
      this.read();
      this.ack();
    } while (this.#read < this.peer.sent.length);
  }
}

/** A picture's tiles as comparable text. */
export function tilesOf(replica: Replica): string[] {
  return tilesAsText(replica.shown?.since(0) ?? []);
}

export function tilesAsText(tiles: readonly Tile[]): string[] {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  return tiles.map(({ index, table, bytes }) => `${index} ${table} ${text(bytes)}`);
}
