/** A v1 producer whose picture and size change all the time, and which knows what its viewers must see. */
import { assembleJpeg, type FrameStore, type Tile } from "@screen-share/protocol";
import { TestProducer } from "@screen-share/protocol/testing/test-producer";
import { mint } from "../tokens.ts";
import { difference, type PictureSet, pick } from "./pictures.ts";

const TICK_MS = 100;
/** A live producer without changes reports that its picture is current (P-23). */
const CURRENT_INTERVAL_MS = 2000;
/** Most updates change a few tiles, so that an error stays long enough to be seen. */
const FEW_TILES = 4;
const LARGE = { chance: 0.05, share: 0.3 } as const;

export interface ProducerOptions {
  readonly port: number;
  readonly room: string;
  readonly pictureSets: readonly PictureSet[];
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
}

export class SoakProducer {
  moving = true;
  /** Of its links; undefined for links without one. */
  generation: string | undefined;
  readonly #timer = setInterval(() => this.#tick(), TICK_MS);
  readonly #producerId: string;
  #pictureSet: PictureSet;
  #tiles: Tile[];
  #link: TestProducer;
  #wholeDue = true;
  #spokeAt = 0;

  constructor(private readonly options: ProducerOptions) {
    const { random, pictureSets } = options;
    this.#producerId = `${random()}`.slice(2).padEnd(32, "0");
    this.#pictureSet = pick(pictureSets, random);
    this.#tiles = [...pick(this.#pictureSet.pictures, random)];
    this.#link = this.#dial();
  }

  /** The picture as the relay has to assemble it; undefined if it has to requantise it. */
  get jpeg(): Uint8Array | undefined {
    const { width, height, tables } = this.#pictureSet.stream;
    const [only, ...more] = tables;
    if (!only || more.length > 0) return undefined;
    const segments = this.#tiles.map(({ bytes }) => bytes);
    return assembleJpeg({ width, height, tables: only, segments });
  }

  difference(shown: FrameStore | undefined): string | undefined {
    const { width, height } = this.#pictureSet.stream;
    if (!shown) return "nothing is shown";
    if (shown.stream.width !== width || shown.stream.height !== height) return "the size is wrong";
    const tiles = shown.since(0);
    const wrong = this.#tiles.filter(({ index, table, bytes }) => {
      const tile = tiles[index];
      return tile?.table !== table || difference(tile.bytes, bytes) !== undefined;
    });
    return wrong.length > 0 ? `${wrong.length} tiles of ${this.#tiles.length} differ` : undefined;
  }

  get settled(): boolean {
    return this.#link.idle && !this.#wholeDue;
  }

  /** Changes the size, and so begins another epoch. */
  resize(): void {
    this.#pictureSet = pick(this.options.pictureSets, this.options.random);
    this.#tiles = [...pick(this.#pictureSet.pictures, this.options.random)];
    this.#wholeDue = true;
  }

  /** Reports that it stopped, so that the relay forgets the picture, and resumes at the next tick. */
  stopAndGoOn(): void {
    if (!this.#link.idle) return;
    this.#link.control({ type: "status", state: "stopped" });
    this.#wholeDue = true;
  }

  /** Loses its connection and dials again. @param short with a token that will expire soon */
  crash(options: { readonly short?: boolean } = {}): void {
    this.#link.drop();
    this.#link = this.#dial(options);
  }

  /** Opens another connection of the same agent while the first is still open. */
  takeOver(): void {
    this.#link.expectReplacement();
    this.#link = this.#dial();
  }

  newGeneration(): void {
    this.generation = `g${Math.floor(this.options.random() * 1e9)}`;
    this.takeOver();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#link.drop();
  }

  #dial({ short = false } = {}): TestProducer {
    const { port, room, random, onProblem } = this.options;
    this.#wholeDue = true;
    const link = new TestProducer({
      port,
      room,
      random,
      producerId: this.#producerId,
      generation: this.generation,
      token: mint({ role: "producer", room, ...(short ? { expiresAt: Date.now() + 1500 } : {}) }),
      onWelcome: () => {
        this.#wholeDue = true;
      },
      onExpired: short
        ? () => {
            if (link === this.#link) this.#link = this.#dial();
          }
        : undefined,
      onProblem: (problem) => onProblem(`the producer of ${room}: ${problem}`),
    });
    return link;
  }

  #tick(): void {
    if (!this.#link.idle) return;
    const now = performance.now();
    if (this.#wholeDue) {
      this.#wholeDue = false;
      this.#link.whole(this.#pictureSet.stream, this.#tiles);
    } else if (this.moving) this.#link.update(this.#change());
    else if (now - this.#spokeAt >= CURRENT_INTERVAL_MS) this.#link.update([]);
    else return;
    this.#spokeAt = now;
  }

  #change(): Tile[] {
    const { random } = this.options;
    const picture = pick(this.#pictureSet.pictures, random);
    const large = random() < LARGE.chance;
    const share = large ? LARGE.share : (random() * FEW_TILES) / picture.length;
    const changed = picture.filter(() => random() < share);
    for (const tile of changed) this.#tiles[tile.index] = tile;
    return changed;
  }
}
