/** A producer whose whole picture moves: about 100 KB of changed tiles at 10 fps, encoded in advance. */
import { geometryOf, type Tile } from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { TestProducer } from "@screen-share/protocol/testing/test-producer";

const SIZE = { width: 640, height: 432 } as const;
const PICTURES = 4;
const QUALITY = 90;

export const FPS = 10;
export const MOVING = Array.from({ length: geometryOf(SIZE).tileCount }, (_, index) => index);

export class Motion {
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When each picture was sent, ms since 1970. */
  readonly captures: number[] = [];

  private constructor(
    private readonly producer: TestProducer,
    private readonly pictures: readonly (readonly Tile[])[],
  ) {}

  /** Resolves once the first picture has been sent. */
  static async start(port: number, token: string): Promise<Motion> {
    const encoded = Array.from({ length: PICTURES }, (_, i) =>
      encodeTiles(screenLike(SIZE, i + 1), QUALITY),
    );
    const tables = encoded.slice(0, 1).map((picture) => picture.tables);
    const producer = await new Promise<TestProducer>((resolve) => {
      const dialling = new TestProducer({
        ...{ port, room: "main", token },
        onWelcome: () => resolve(dialling),
      });
    });
    const motion = new Motion(
      producer,
      encoded.map(({ tiles }) => tiles),
    );
    const stream = { codec: "jpeg-tiles", ...SIZE, tables } as const;
    motion.#send((tiles) => producer.whole(stream, tiles));
    const update = () => motion.#send((tiles) => producer.update(tiles));
    motion.#timer = setInterval(update, 1000 / FPS);
    return motion;
  }

  get newest(): readonly Tile[] {
    return this.pictures[(this.captures.length - 1) % PICTURES] ?? [];
  }

  /** Stops the motion; the producer stays. */
  rest(): void {
    clearInterval(this.#timer);
  }

  get pictureKb(): number {
    const bytes = this.pictures.flat().reduce((sum, tile) => sum + tile.bytes.length, 0);
    return bytes / this.pictures.length / 1000;
  }

  stop(): void {
    this.rest();
    this.producer.drop();
  }

  #send(picture: (tiles: readonly Tile[]) => number): void {
    this.captures.push(picture(this.pictures[this.captures.length % PICTURES] ?? []));
  }
}
