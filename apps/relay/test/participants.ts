/** Producers and viewers of a room, each on a fake peer, as short as tests want them. */
import {
  decodeAck,
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  type ProducerMessage,
  ProtocolError,
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

export function newHub(limits: Partial<ConstructorParameters<typeof Hub>[0]> = {}): Hub {
  const defaults = {
    maxRooms: 10,
    maxPlaces: 100,
    maxViewers: 10,
    maxPictureBytes: 2 ** 30,
    maxComposedBytes: 2 ** 30,
  };
  const newWork = () => new FakeWork();
  let rooms = 0;
  const newRoomId = () => `room${++rooms}`;
  const parts = { newWork, newRoomId, stats: UNCOUNTED, time: new FakeTime() };
  const held = new HeldBytes(2 ** 30, () => {});
  return new Hub({ ...defaults, pictureTtlMs: 600_000, held, ...parts, ...limits });
}

/** Work on a clock of its own, which takes as long as a test says. */
export class FakeWork extends Work {
  /** How long each piece of work takes, ms. */
  costMs = 0;
  readonly #time: { ms: number };

  constructor(time = { ms: 0 }) {
    super(() => time.ms);
    this.#time = time;
  }

  override spend<T>(run: () => T): T {
    return super.spend(() => {
      this.#time.ms += this.costMs;
      return run();
    });
  }

  pass(ms: number): void {
    this.#time.ms += ms;
  }
}

type Admit = () => Admitted | Promise<Admitted>;
type Create = ConstructorParameters<typeof PendingSession>[0]["create"];

/** Admits a client with this grant. */
export function admitWith(granted: Partial<Grant> = {}): Admit {
  return () => ({ grant: { ...UNLIMITED, ...granted }, claim: { release: () => {} } });
}

/** A connection that has opened. */
export function pendingSession(
  role: Role,
  peer: FakePeer,
  create: Create,
  options: { admit?: Admit; greeted?: () => void; plain?: boolean; now?: number } = {},
): PendingSession {
  const { admit = admitWith(), greeted = () => {}, plain = false, now = 0 } = options;
  const pace = (task: () => void) => task();
  const parts = { role, peer, maxMessageLength: MAX_BYTES, admit, create, greeted, pace };
  return new PendingSession(parts, { plain, now });
}

/** A small picture in two states; the second differs from the first in every tile. */
export function picturePair(width = 300, height = 20) {
  const size = { width, height };
  const [first, second] = [1, 2].map((seed) => encodeTiles(screenLike(size, seed)));
  if (!first || !second) throw new Error("two pictures were made");
  const stream: StreamDescription = { codec: "jpeg-tiles", ...size, tables: [first.tables] };
  return { stream, first: first.tiles, second: second.tiles };
}

/** A room whose v1 producer has sent the first of a pair's pictures. */
export function liveRoom({ stream, first } = picturePair(), hub = newHub()) {
  const producer = new FakeProducer(hub);
  producer.describe(stream);
  producer.update(first, { keyframe: true });
  return { hub, producer };
}

/** Admits a client when it is told to, as where tokens are verified. */
export class SlowAdmission {
  #settle: ((verdict: Admitted | ProtocolError) => void) | undefined;

  readonly admit: Admit = async () => {
    const verdict = await new Promise<Admitted | ProtocolError>((resolve) => {
      this.#settle = resolve;
    });
    if (verdict instanceof ProtocolError) throw verdict;
    return verdict;
  };

  /** Resolves once the verdict has had its effect. */
  async settle(verdict: Grant | ProtocolError, release = () => {}): Promise<void> {
    if (!this.#settle) throw new Error("no hello has arrived");
    const grant =
      verdict instanceof ProtocolError ? verdict : { grant: verdict, claim: { release } };
    this.#settle(grant);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** A plain producer in the room `main`. */
export function plainProducer(hub = newHub(), granted: Partial<Grant> = {}) {
  const peer = new FakePeer();
  const options = { maxBytes: MAX_BYTES };
  const create: Create = ({ room }, { grant, claim = NO_CLAIM }) =>
    new PlainProducer({ room: hub.enter(room, 0), grant, claim }, peer, options, 0);
  const session = pendingSession("producer", peer, create, {
    admit: admitWith(granted),
    plain: true,
  });
  session.begin({ room: "main", hello: undefined });
  return { hub, peer, session };
}

/** A plain viewer in the room `main`. */
export function plainViewer(
  hub: Hub,
  peer = new FakePeer(),
  room = "main",
  granted: Partial<Grant> = {},
) {
  const create: Create = ({ room }, { grant }) =>
    new PlainViewer(hub.enter(room, 0), peer, grant, 0);
  const session = pendingSession("viewer", peer, create, {
    admit: admitWith(granted),
    plain: true,
  });
  session.begin({ room, hello: undefined });
  return { peer, session };
}

/** An MJPEG stream of the room `main`. */
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

/** A request for a picture of the room `main`, by whoever has been let in. */
export function pictureRequest(
  options: {
    granted?: Partial<Grant>;
    headers?: Record<string, string>;
    query?: string;
    time?: FakeTime;
  } = {},
): PictureRequest {
  const { granted = {}, headers = {}, query = "", time = new FakeTime() } = options;
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

/** What a v1 producer's session is made with. */
export function producerParts() {
  const mintLink: ProducerSessionOptions["mintLink"] = ({ room }, done) => done(`/#room=${room}`);
  return { maxBytes: MAX_BYTES, mintLink, wallNow: () => 0 };
}

const NO_CLAIM = { release: () => {} };

/** Creates a v1 producer's session. */
export function createProducer(hub: Hub, peer: FakePeer, now = 0): Create {
  return ({ room, hello }, { grant, claim = NO_CLAIM }) => {
    if (!hello || !("producerId" in hello)) throw new Error("this is no producer's hello");
    const admitted = { room: hub.enter(room, now), hello, grant, claim };
    return new ProducerSession(admitted, peer, producerParts(), now);
  };
}

/** Creates a v1 viewer's session. */
export function createViewer(hub: Hub, peer: FakePeer, now = 0): Create {
  return ({ room }, { grant }) => new ViewerSession(hub.enter(room, now), peer, grant, now);
}

export class FakeProducer {
  readonly peer = new FakePeer();
  readonly session: PendingSession;
  #epoch = 0;

  constructor(
    hub: Hub,
    options: {
      room?: string;
      producerId?: string;
      gen?: string;
      admit?: Admit;
      greeted?: () => void;
      now?: number;
    } = {},
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

  /** How many of its updates the relay says it applied. */
  get acked(): number {
    return this.peer.binary.map(decodeAck).at(-1) ?? 0;
  }
}

/** A viewer with a replica of its own, which acks when it is told to. */
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

  /** Acknowledges all that came. */
  ack(): void {
    this.session.receive(encodeAck(this.peer.binary.length), 0);
  }

  /** Reads and acknowledges until nothing comes any more. */
  settle(): void {
    for (let before = -1; before !== this.peer.sent.length; ) {
      before = this.peer.sent.length;
      this.read();
      this.ack();
    }
  }
}

/** A picture's tiles as comparable text. */
export function tilesOf(replica: Replica): string[] {
  return tilesAsText(replica.shown?.since(0) ?? []);
}

/** The same of a list of tiles. */
export function tilesAsText(tiles: readonly Tile[]): string[] {
  return tiles.map(
    ({ index, table, bytes }) => `${index} ${table} ${Buffer.from(bytes).toString("base64")}`,
  );
}
