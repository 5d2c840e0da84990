/** Adding a codec takes one file, `test/grey-tiles.ts`, and one line: no other code knows which codecs exist. */
import { CODECS, type StreamDescription, type Tile } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { GREY_TILES } from "../../test/grey-tiles.ts";
import {
  FakeProducer,
  FakeViewer,
  mjpegViewer,
  newHub,
  pictureRequest,
  plainViewer,
  tilesAsText,
  tilesOf,
} from "../../test/participants.ts";
import { mjpeg, snapshot } from "../http/pictures.ts";

CODECS.push(GREY_TILES);

const SIZE = { width: 200, height: 130 };
const stream: StreamDescription = { codec: GREY_TILES.name, ...SIZE, tables: [] };

/** All tiles of a picture: four columns of 64, 64, 64 and 8 px, three rows of 64, 64 and 2 px. */
function greyTiles(seed: number): Tile[] {
  const random = seededRandom(seed);
  const lengths = [64, 64, 2].flatMap((height) => [64, 64, 64, 8].map((width) => width * height));
  return lengths.map((length, index) => ({
    index,
    table: 0,
    bytes: Uint8Array.from({ length }, () => Math.floor(random() * 256)),
  }));
}

describe("a picture of a codec that was just added", () => {
  const first = greyTiles(1);
  const second = greyTiles(2);
  let hub: ReturnType<typeof newHub>;
  let producer: FakeProducer;
  beforeEach(() => {
    hub = newHub();
    producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(first, { keyframe: true });
  });

  it("reaches a viewer tile by tile through a room", () => {
    const viewer = new FakeViewer(hub);
    viewer.settle();
    expect(viewer.replica.shown?.stream).toEqual(stream);
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    producer.update(second.slice(5, 7));
    viewer.settle();
    const third = first.map((tile, i) => (i === 5 || i === 6 ? (second[i] ?? tile) : tile));
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(third));
    expect(viewer.peer.updates.at(-1)?.tiles).toHaveLength(2);
  });

  it("costs viewers nothing if a keyframe repeats it", () => {
    const viewer = new FakeViewer(hub);
    viewer.settle();
    producer.update([...first.slice(0, 11), ...second.slice(11)], { keyframe: true });
    viewer.settle();
    expect(viewer.peer.updates.at(-1)?.tiles.map(({ index }) => index)).toEqual([11]);
  });

  it("is cut if it does not fit the window", () => {
    const viewer = new FakeViewer(hub);
    const large = { ...stream, width: 1920, height: 1080 };
    const tiles = Array.from({ length: 30 * 17 }, (_, index) => {
      const height = index < 30 * 16 ? 64 : 1080 - 16 * 64;
      return { index, table: 0, bytes: new Uint8Array(64 * height).fill(index) };
    });
    producer.describe(large);
    // The relay's message limit is lower than such a picture.
    for (let at = 0; at < tiles.length; at += 100) {
      producer.update(tiles.slice(at, at + 100), { cut: at + 100 < tiles.length });
    }
    viewer.settle();
    expect(viewer.peer.updates.some(({ cut }) => cut)).toBe(true);
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(tiles));
  });

  it("is drawn from the images of its tiles", () => {
    const viewer = new FakeViewer(hub);
    viewer.settle();
    const { shown } = viewer.replica;
    const images = shown?.cells.imagesOf(shown.since(0)) ?? [];
    const pixels = new Set<string>();
    for (const { blits } of images) {
      for (const { x, y, width, height } of blits) {
        for (let i = 0; i < width * height; i++) {
          pixels.add(`${x + (i % width)} ${y + Math.floor(i / width)}`);
        }
      }
    }
    expect(pixels.size).toBe(SIZE.width * SIZE.height);
  });

  it("is refused if its tiles violate the codec", () => {
    producer.update([{ index: 0, table: 0, bytes: new Uint8Array(1) }]);
    expect(producer.peer.closed).toEqual({
      code: 4400,
      reason: "a grey tile has one byte per pixel",
    });
  });
});

describe("plain clients of a picture that cannot become a JPEG (P-53)", () => {
  const REASON = "a picture of codec grey-tiles cannot be sent as a JPEG";
  const show = (hub: ReturnType<typeof newHub>) => {
    const producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(greyTiles(1), { keyframe: true });
  };

  it("are closed with 4403, whether they or the picture came first", () => {
    const hub = newHub();
    const early = plainViewer(hub);
    const stream = mjpegViewer(hub);
    show(hub);
    const late = plainViewer(hub);
    for (const { peer } of [early, late]) {
      expect(peer.closed).toEqual({ code: 4403, reason: REASON });
      expect(peer.binary).toEqual([]);
    }
    expect(stream.sink.ended).toBe(true);
    expect(hub.find("main")?.viewerCount).toBe(0);
  });

  it("receive 403 and the reason over HTTP", async () => {
    const hub = newHub();
    show(hub);
    for (const reply of [await snapshot(hub, pictureRequest()), mjpeg(hub, pictureRequest())]) {
      expect(reply).toMatchObject({ status: 403, body: `Refused: ${REASON}.\n` });
    }
  });
});
