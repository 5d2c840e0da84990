/**
 * A synthetic v1 producer whose picture changes all the time, sizes included; and who crashes, is taken over by itself, changes
 * the generation of its links, stops and goes on. It knows what its viewers have to see.
 */
import type { Tile } from "@screen-share/protocol";
import { mint } from "../tokens.ts";
import { type Look, pick } from "./look.ts";
import { ProducerLink } from "./producer-link.ts";

const TICK_MS = 100;
/** A live producer that has nothing to say says so (P-23). */
const CURRENT_INTERVAL_MS = 2000;
/** Most updates change a few tiles: what went wrong once has to stay long enough to be seen. */
const FEW_TILES = 4;
const LARGE = { chance: 0.05, share: 0.3 } as const;

export interface ProducerOptions {
  readonly port: number;
  readonly room: string;
  readonly looks: readonly Look[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
}

export class Producer {
  /** Whether its picture changes. */
  moving = true;
  /** Of its links; undefined: those of none. */
  generation: string | undefined;
  readonly #timer = setInterval(() => this.#tick(), TICK_MS);
  readonly #producerId: string;
  #look: Look;
  #tiles: Tile[];
  #link: ProducerLink;
  #wholeDue = true;
  #spokeAt = 0;

  constructor(private readonly options: ProducerOptions) {
    const { random, looks } = options;
    this.#producerId = Array.from({ length: 32 }, () => pick([..."0123456789abcdef"], random)).join(
      "",
    );
    this.#look = pick(looks, random);
    this.#tiles = [...pick(this.#look.pictures, random)];
    this.#link = this.#dial();
  }

  get room(): string {
    return this.options.room;
  }

  /** What everybody has to see. */
  get picture(): { readonly look: Look; readonly tiles: readonly Tile[] } {
    return { look: this.#look, tiles: this.#tiles };
  }

  /** Whether the relay has applied all that there is. */
  get settled(): boolean {
    return this.#link.idle && !this.#wholeDue;
  }

  /** Another size, and so another epoch. */
  resize(): void {
    this.#look = pick(this.options.looks, this.options.random);
    this.#tiles = [...pick(this.#look.pictures, this.options.random)];
    this.#wholeDue = true;
  }

  /** Says that it stopped, upon which the relay forgets the picture, and goes on at the next tick. */
  stopAndGoOn(): void {
    if (!this.#link.idle) return;
    this.#link.control({ type: "status", state: "stopped" });
    this.#wholeDue = true;
  }

  /** The connection is gone without a word, and another one comes. @param short with a token that will not last */
  crash(options: { readonly short?: boolean } = {}): void {
    this.#link.drop();
    this.#link = this.#dial(options);
  }

  /** Another connection of the same agent, while the first still stands. */
  takeOver(): void {
    this.#link.expectReplacement();
    this.#link = this.#dial();
  }

  /** Ends the links of before. */
  newGeneration(): void {
    this.generation = `g${Math.floor(this.options.random() * 1e9)}`;
    this.takeOver();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#link.drop();
  }

  #dial({ short = false } = {}): ProducerLink {
    const { port, room, random, onProblem } = this.options;
    const generation = this.generation;
    this.#wholeDue = true;
    const link = new ProducerLink({
      port,
      random,
      hello: { type: "hello", room, producerId: this.#producerId, gen: generation },
      token: () =>
        mint({ role: "producer", room, ...(short ? { expiresAt: Date.now() + 1500 } : {}) }),
      tokenIsShort: short,
      onWelcome: () => {
        this.#wholeDue = true;
      },
      onExpired: () => {
        if (link === this.#link) this.#link = this.#dial();
      },
      onProblem: (problem) => onProblem(`the producer of ${room}: ${problem}`),
    });
    return link;
  }

  #tick(): void {
    if (!this.#link.idle) return;
    const now = performance.now();
    if (this.#wholeDue) {
      this.#wholeDue = false;
      this.#link.whole(this.#look.stream, this.#tiles);
    } else if (this.moving) this.#link.update(this.#change());
    else if (now - this.#spokeAt >= CURRENT_INTERVAL_MS) this.#link.update([]);
    else return;
    this.#spokeAt = now;
  }

  /** Changes some tiles, and tells which. */
  #change(): Tile[] {
    const { random } = this.options;
    const picture = pick(this.#look.pictures, random);
    const large = random() < LARGE.chance;
    const share = large ? LARGE.share : (random() * FEW_TILES) / picture.length;
    const changed = picture.filter(() => random() < share);
    for (const tile of changed) this.#tiles[tile.index] = tile;
    return changed;
  }
}
