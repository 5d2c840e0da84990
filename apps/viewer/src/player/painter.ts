/**
 * Draws the picture, one pass at a time. It is one more viewer with a cursor: a pass asks the store what changed
 * since the version on the surface, decodes that, and draws it in one task. What came meanwhile is the next
 * pass; so nothing queues up, order cannot be lost, and a lost surface is drawn again from the store.
 */
import type { Blit, CellImage, FrameStore, Size } from "@screen-share/protocol";

/** Where a subscriber has its picture drawn. */
export interface Screen {
  /** The size of the picture that stands there, px; the same object until another takes its place. */
  readonly size: Size | undefined;
  /** How often a JPEG could not be decoded. The old pixels stay, and the next pass tries again. */
  readonly undecodable: number;
  /**
   * Draws all that the store holds by now. What it does not hold stays as it is: black, where nothing stood.
   * @returns whether it stands there; not if some of it could not be decoded, or another picture was asked for
   */
  draw(store: FrameStore): Promise<boolean>;
  /** Blank, at once, whatever is still being decoded. */
  clear(): void;
}

/** Decodes an image that has no EXIF rotation; rejects if it cannot. */
export type Decode<Bitmap> = (image: CellImage) => Promise<Bitmap>;

export interface Piece<Bitmap> {
  readonly bitmap: Bitmap;
  readonly blits: readonly Blit[];
}

/** What is drawn on. */
export interface Surface<Bitmap> {
  /** Takes the size if it has another, and draws the pieces, all in one task. The bitmaps stay the caller's. */
  draw(size: Size, pieces: readonly Piece<Bitmap>[]): void;
  clear(): void;
}

export class Painter<Bitmap extends { close(): void }> implements Screen {
  #wanted: FrameStore | undefined;
  #drawn: { readonly store: FrameStore; readonly version: number } | undefined;
  #passes: Promise<unknown> = Promise.resolve();
  #undecodable = 0;

  constructor(
    private readonly decode: Decode<Bitmap>,
    private readonly surface: Surface<Bitmap>,
  ) {}

  get size(): Size | undefined {
    return this.#drawn?.store.stream;
  }

  get undecodable(): number {
    return this.#undecodable;
  }

  draw(store: FrameStore): Promise<boolean> {
    this.#wanted = store;
    const pass = this.#passes.then(() => this.#pass());
    // One pass that throws is a bug, which its caller sees. The next ones run all the same.
    this.#passes = pass.catch(() => {});
    return pass;
  }

  /** Draws everything again: the surface has lost its pixels. */
  async repaint(): Promise<void> {
    this.#drawn &&= { ...this.#drawn, version: 0 };
    if (this.#wanted) await this.draw(this.#wanted);
  }

  clear(): void {
    this.#wanted = undefined;
    this.#drawn = undefined;
    this.surface.clear();
  }

  async #pass(): Promise<boolean> {
    const store = this.#wanted;
    if (!store) return false;
    const before = this.#drawn;
    const { version } = store;
    const cursor = before?.store === store ? before.version : 0;
    const images = store.cells.imagesOf(store.since(cursor));
    const decoded = await Promise.allSettled(
      images.map(async (image) => ({ bitmap: await this.decode(image), blits: image.blits })),
    );
    const pieces = decoded.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    try {
      const overtaken = store !== this.#wanted || before !== this.#drawn;
      if (overtaken) return false;
      const missing = images.length - pieces.length;
      this.#undecodable += missing;
      // A new picture is shown with all that there is of it, or not at all; a change may be shown in part.
      if (cursor === 0 && (missing > 0 || pieces.length === 0)) return false;
      if (pieces.length > 0) this.surface.draw(store.stream, pieces);
      if (missing === 0) this.#drawn = { store, version };
      return missing === 0;
    } finally {
      for (const { bitmap } of pieces) bitmap.close();
    }
  }
}
