/** The well-behaved members of a relay under attack: a producer, and viewers that must be shown everything. */
import { TestProducer } from "@screen-share/protocol/testing/test-producer";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { PRODUCER_ID, tilesAsText, tilesOf } from "../participants.ts";
import { handMade } from "../tokens.ts";
import { HALL, PICTURE } from "./attack.ts";

const VIEWERS = 3;
const PAUSE_MS = 30;

/** Each update changes every tile. */
const pictureOf = (update: number) => (update % 2 ? PICTURE.first : PICTURE.second);

export class Members {
  /** How many updates all viewers were shown. */
  updates = 0;
  /** The longest that one of them took to reach all viewers, ms. */
  slowestMs = 0;
  readonly #producer: TestProducer;
  readonly #viewers: readonly TestViewer[];
  #going = true;
  #run: Promise<void> = Promise.resolve();
  #problem: string | undefined;

  private constructor(port: number) {
    const onClosed = (code: number) => {
      this.#problem ??= `a member was closed with ${code}`;
    };
    const token = handMade({ role: "producer", room: HALL });
    this.#producer = new TestProducer({
      ...{ port, room: HALL, token, producerId: PRODUCER_ID, onClosed },
    });
    this.#viewers = Array.from(
      { length: VIEWERS },
      () => new TestViewer(port, { room: HALL, token: handMade({ room: HALL }), onClosed }),
    );
  }

  /** Resolves once all are in the hall. */
  static async gather(port: number): Promise<Members> {
    const members = new Members(port);
    await members.#producer.until(() => members.#producer.idle);
    for (const viewer of members.#viewers) await viewer.until(() => viewer.viewers === VIEWERS);
    members.#run = members.#continue();
    members.#run.catch(() => undefined);
    return members;
  }

  /** @returns the pictures of all, as text, the producer's first @throws Error if one of them was disconnected */
  async stop(): Promise<string[][]> {
    this.#going = false;
    await this.#run;
    const pictures = this.#viewers.map(({ replica }) => tilesOf(replica));
    for (const viewer of this.#viewers) viewer.close();
    this.#producer.drop();
    return [tilesAsText(pictureOf(this.updates)), ...pictures];
  }

  /** Sends each update once all viewers have the one before. */
  async #continue(): Promise<void> {
    const unlessClosed = (met: boolean) => {
      if (this.#problem !== undefined) throw new Error(this.#problem);
      return met;
    };
    const producer = this.#producer;
    while (this.#going) {
      const tiles = pictureOf(this.updates + 1);
      const startedAt = performance.now();
      const sentAt =
        this.updates === 0 ? producer.whole(PICTURE.stream, tiles) : producer.update(tiles);
      await producer.until(() => unlessClosed(producer.idle));
      await Promise.all(
        this.#viewers.map((viewer) =>
          viewer.until(() => unlessClosed(viewer.replica.shown?.capturedAt === sentAt)),
        ),
      );
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
      this.updates++;
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    }
  }
}
