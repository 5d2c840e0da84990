/** A v1 viewer without a screen. It keeps a replica, acknowledges and records updates, reconnects, and reports errors of the relay. */
import {
  type Applied,
  CLOSE,
  type Connection,
  cellsOf,
  closeMeaning,
  type Line,
  parseToViewerMessage,
  Receiver,
  Replica,
  type ToViewerMessage,
  type Update,
} from "../src/index.ts";
import { connectTo, openWs } from "./connect.ts";
import { Happenings } from "./happenings.ts";

/** As in apps/viewer/src/player/player.ts. */
const BACKOFF = { firstMs: 1000, maxMs: 4000 } as const;
const UNTIL_LIMIT_MS = 45_000;

export interface Received {
  /** ms of this process's clock */
  readonly at: number;
  /** of the whole message */
  readonly bytes: number;
  readonly tiles: number;
  readonly indices: readonly number[];
  /** ms on the relay's clock */
  readonly capturedAt: number;
  /** ms on the relay's clock */
  readonly encodedAt: number;
}

export interface TestViewerOptions {
  readonly room?: string;
  readonly token?: string | undefined;
  readonly random?: () => number;
  readonly ackDelayMs?: () => number;
  readonly onWelcome?: (viewer: TestViewer) => void;
  /** @param whole whether it is the first with which this connection has had every tile */
  readonly onUpdate?: (update: Update, whole: boolean) => void;
  /** The connection was lost, for good if the code forbids to reconnect. @param byUs whether the viewer gave up */
  readonly onClosed?: (code: number, byUs: boolean) => void;
  readonly onProblem?: (problem: string) => void;
}

export class TestViewer extends Happenings {
  readonly replica = new Replica();
  readonly updates: Received[] = [];
  /** The number of viewers that the relay reported last. */
  viewers = 0;
  readonly #connection: Connection<ToViewerMessage>;

  constructor(
    port: number,
    private readonly options: TestViewerOptions = {},
  ) {
    super();
    const { room = "main", token, random = Math.random, onClosed } = options;
    this.#connection = connectTo<ToViewerMessage>({
      random,
      open: openWs(port, "viewer"),
      backoff: BACKOFF,
      begin: (line) => ({
        hello: () => ({ type: "hello", room, token }),
        parse: parseToViewerMessage,
        ...this.#receive(line),
      }),
      lost: (end, retryAt) => {
        const code = end?.code ?? 1006;
        this.replica.disconnect();
        onClosed?.(code, end?.byUs === true);
        this.notify();
        // A relay that is silent for too long is no problem on a busy machine.
        if (end?.byUs && code !== CLOSE.silent) this.#complain(end.reason);
        else if (retryAt === undefined) {
          this.#complain(`it was closed for good with ${code}: ${closeMeaning(code).meaning}`);
        }
      },
    });
    this.#connection.dial();
  }

  /** Resolves once `met` holds, which is checked after each message. @throws Error if that takes too long */
  override async until(met: () => boolean): Promise<void> {
    await super.until(met, UNTIL_LIMIT_MS);
  }

  show(visible: boolean): void {
    this.#connection.line?.send({ type: "visibility", visible });
  }

  close(): void {
    this.#connection.hangUp();
  }

  #receive(line: Line<ToViewerMessage>) {
    const { onWelcome, onUpdate, ackDelayMs } = this.options;
    const receiver = new Receiver<Applied>(this.replica);
    /** Tiles that this connection has not had yet. Undefined before it knows how many there are. */
    let missing: Set<number> | undefined;
    return {
      control: (message: ToViewerMessage) => {
        if (message.type === "welcome") onWelcome?.(this);
        else if (message.type === "viewers") this.viewers = message.count;
        else if (message.type === "stream") {
          receiver.describe(message);
          const { count } = cellsOf(message.stream);
          missing ??= new Set(Array.from({ length: count }, (_, index) => index));
        }
        this.notify();
      },
      binary: (data: Uint8Array) => {
        const { update } = receiver.update(data, 0);
        line.prove();
        this.#remember(update, data.length);
        const delayMs = ackDelayMs?.() ?? 0;
        const count = receiver.appliedCount;
        const acknowledge = () =>
          count > receiver.ackedCount && receiver.ack((ack) => line.send(ack), count);
        if (delayMs > 0) setTimeout(acknowledge, delayMs);
        else acknowledge();
        const before = missing?.size;
        for (const { index } of update.tiles) missing?.delete(index);
        onUpdate?.(update, missing?.size === 0 && before !== 0);
        this.notify();
      },
    };
  }

  #remember({ tiles, capturedAt, encodedAt }: Update, bytes: number): void {
    const indices = tiles.map(({ index }) => index);
    const at = performance.now();
    this.updates.push({ at, bytes, tiles: tiles.length, indices, capturedAt, encodedAt });
  }

  #complain(problem: string): void {
    this.options.onProblem?.(`a viewer of ${this.options.room ?? "main"}: ${problem}`);
  }
}
