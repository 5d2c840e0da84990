/**
 * Draws the picture, one pass at a time. A pass takes what changed in the store since the version on the surface, decodes it, and draws
 * it in one task. What came in the meantime is left to the next pass, so nothing queues up, and a lost surface can be drawn again.
 */
import type { Blit, CellImage, FrameStore, Size } from "@screen-share/protocol";

/** Where a subscriber has its picture drawn. */
export interface Screen {
  /** The size of the drawn picture, px. The same object until another picture takes its place. */
  readonly size: Size | undefined;
  /** The number of JPEGs that could not be decoded. The old pixels stay, and the next pass tries again. */
  readonly undecodable: number;
  /**
   * Draws everything that the store holds now. The rest of the picture stays as it is.
   * @returns false if some of it could not be decoded, or another picture was requested in the meantime
   */
  draw(store: FrameStore): Promise<boolean>;
  /** Takes effect at once, whatever is still being decoded. */
  clear(): void;
}

/** Rejects if it cannot. The image has no EXIF rotation. */
export type Decode<Bitmap> = (image: CellImage) => Promise<Bitmap>;

export interface Piece<Bitmap> {
  readonly bitmap: Bitmap;
  readonly blits: readonly Blit[];
}

export interface Surface<Bitmap> {
  /** Resizes the surface if necessary, and draws the pieces, all in one task. The caller closes the bitmaps. */
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
    // A pass that throws is a bug, which its caller sees. The next ones still run.
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
