/**
 * A synthetic v1 producer whose picture changes all the time, its size included. It can crash, be replaced by another connection of
 * itself, change the generation of its links, and stop and resume. It knows what its viewers must see.
 */
import type { Tile } from "@screen-share/protocol";
import { TestProducer } from "../test-producer.ts";
import { mint } from "../tokens.ts";
import { type PictureSet, pick } from "./pictures.ts";

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
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
}

export class SoakProducer {
  /** Whether its picture changes. */
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
    this.#producerId = Array.from({ length: 32 }, () => pick([..."0123456789abcdef"], random)).join(
      "",
    );
    this.#pictureSet = pick(pictureSets, random);
    this.#tiles = [...pick(this.#pictureSet.pictures, random)];
    this.#link = this.#dial();
  }

  get room(): string {
    return this.options.room;
  }

  /** What all viewers must see. */
  get picture(): { readonly pictureSet: PictureSet; readonly tiles: readonly Tile[] } {
    return { pictureSet: this.#pictureSet, tiles: this.#tiles };
  }

  /** Whether the relay has applied everything. */
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

  /** Ends all earlier links. */
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

  /** Changes some tiles. @returns these */
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
