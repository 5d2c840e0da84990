/** Attacks by clients with a link, a producer's token, or nothing. Each continues until its signal is aborted. */
import { once } from "node:events";
import {
  encodeAck,
  encodeControl,
  encodeUpdate,
  type StreamDescription,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { mint } from "../../e2e/support/tokens.ts";
import { RawClient } from "./raw-client.ts";

export interface AttackTarget {
  readonly port: number;
  readonly over: AbortSignal;
}
type Attack = (target: AttackTarget) => Promise<void>;

const MB = 2 ** 20;
const MAX_MESSAGE_BYTES = 16 * MB;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Repeats a step until the attack is over. Waits a moment after a failure. */
async function repeat({ over }: AttackTarget, act: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    await act().catch(() => undefined);
    await pause(5);
  }
}

const many = (count: number, act: (index: number) => Promise<void>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index))).then(() => undefined);

/**
 * Sends hello and waits for the answer, since any earlier message is a protocol error that ends the connection.
 * @param link a token for all clients; without it each client gets its own
 */
async function hello(
  client: RawClient,
  role: "producer" | "viewer",
  room: string,
  link?: string,
): Promise<void> {
  const token = link ?? (await mint({ role, room }));
  const id = role === "producer" ? { producerId: `${room}-`.padEnd(32, "0") } : {};
  const answered = once(client.socket, "data");
  client.socket.resume();
  client.text(encodeControl({ type: "hello", room, token, ...id } as never));
  await Promise.race([answered, client.closed]);
}

async function until(target: AttackTarget, client: RawClient): Promise<void> {
  const ends = new Promise((resolve) => {
    target.over.addEventListener("abort", resolve, { once: true });
    if (target.over.aborted) resolve(undefined);
  });
  await Promise.race([ends, client.closed]);
  client.destroy();
}

/** Sends a large message in parts, except for its end. */
async function leaveUnfinished(target: AttackTarget, client: RawClient): Promise<void> {
  const part = Buffer.alloc(MB, 1);
  client.begin(MAX_MESSAGE_BYTES, part);
  for (let i = 2; i < MAX_MESSAGE_BYTES / MB && client.open && !target.over.aborted; i++) {
    client.write(part);
    await pause(5);
  }
  client.socket.resume();
  await until(target, client);
}

/** A producer with a picture. @param size in px; qualities from coarse to fine */
async function producer(
  { port }: AttackTarget,
  room: string,
  size: { readonly width: number; readonly height: number },
  qualities: readonly number[] = [60],
) {
  const looks = qualities.map((quality) => encodeTiles(screenLike(size), quality));
  const stream: StreamDescription = {
    codec: "jpeg-tiles",
    ...size,
    tables: looks.map(({ tables }) => tables),
  };
  const client = await RawClient.webSocket(port, "/ws/producer");
  await hello(client, "producer", room);
  const send = (tiles: Parameters<typeof encodeUpdate>[0]["tiles"], keyframe = false) => {
    const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
    return client.binary(encodeUpdate({ keyframe, cut: false, epoch: 1, ...times, tiles }));
  };
  client.text(encodeControl({ type: "stream", epoch: 1, stream }));
  send(looks[0]?.tiles ?? [], true);
  return { client, send, looks };
}

/** This many bytes that begin with the headers of a whole JPEG. */
function paddedJpeg(bytes: number, padding: "comment" | "empty segments"): Buffer {
  const start = Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 0xe0, 2, 0x80, 1, 1, 0x11, 0]);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
  const end = Buffer.from([0xff, 0xd9]);
  const rest = bytes - start.length - scan.length - end.length;
  if (padding === "comment") return Buffer.concat([start, scan, Buffer.alloc(rest, 0x11), end]);
  const segments = Buffer.alloc(rest - (rest % 4));
  segments.fill(Buffer.from([0xff, 0xfe, 0, 2]));
  return Buffer.concat([start, segments, scan, end]);
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
  "unfinished messages of 32 strangers": (target) =>
    many(32, () =>
      repeat(target, async () => {
        await leaveUnfinished(target, await RawClient.webSocket(target.port, "/ws/producer"));
      }),
    ),

  "unfinished messages of 32 producers with tokens": (target) =>
    many(32, (index) =>
      repeat(target, async () => {
        const client = await RawClient.webSocket(target.port, "/ws/producer");
        await hello(client, "producer", `unfinished-${index}`);
        await leaveUnfinished(target, client);
      }),
    ),

  "three viewers that repeat an ack": async (target) => {
    const { client } = await producer(target, "main", { width: 1920, height: 1080 });
    const ack = Buffer.concat([Buffer.from([0x82, 0x85, 0, 0, 0, 0]), encodeAck(0)]);
    const acks = Buffer.concat(new Array<Buffer>(90).fill(ack));
    await many(3, () =>
      repeat(target, async () => {
        const viewer = await RawClient.webSocket(target.port, "/ws/viewer");
        await hello(viewer, "viewer", "main");
        while (viewer.open && !target.over.aborted) {
          viewer.write(acks);
          await pause(100);
        }
        viewer.destroy();
      }),
    );
    client.destroy();
  },

  "updates of nothing before 300 viewers that never acknowledge": async (target) => {
    const { client, send } = await producer(target, "main", { width: 8192, height: 4096 });
    const viewers = many(300, () =>
      repeat(target, async () => {
        const viewer = await RawClient.webSocket(target.port, "/ws/viewer");
        await hello(viewer, "viewer", "main");
        await until(target, viewer);
      }),
    );
    await repeat(target, async () => {
      send([]);
      await pause(15);
    });
    client.destroy();
    await viewers;
  },

  "500 MJPEG streams that never read": async (target) => {
    const { client, send, looks } = await producer(target, "main", { width: 1920, height: 1080 });
    const token = await mint({ role: "viewer", room: "main" });
    const streams = many(500, () =>
      repeat(target, async () => {
        const head = `GET /stream.mjpeg?room=main&token=${token} HTTP/1.1`;
        const stream = await RawClient.request(target.port, head);
        await until(target, stream);
        await pause(1000);
      }),
    );
    await repeat(target, async () => {
      send((looks[0]?.tiles ?? []).slice(0, 50));
      await pause(100);
    });
    client.destroy();
    await streams;
  },

  "40 plain viewers that never read 15 MiB pictures": async (target) => {
    const token = await mint({ role: "producer", room: "main" });
    const own = await RawClient.webSocket(target.port, `/ws/producer?room=main&token=${token}`, {
      v1: false,
    });
    own.socket.resume();
    const jpeg = paddedJpeg(15 * MB, "comment");
    const viewing = await mint({ role: "viewer", room: "main" });
    const viewers = many(40, () =>
      repeat(target, async () => {
        const path = `/ws/viewer?room=main&token=${viewing}`;
        const viewer = await RawClient.webSocket(target.port, path, { v1: false });
        viewer.socket.pause();
        await until(target, viewer);
        await pause(500);
      }),
    );
    await repeat(target, async () => {
      if (own.socket.writableLength < jpeg.length) own.binary(jpeg);
      await pause(1000);
    });
    own.destroy();
    await viewers;
  },

  "pings whose pongs are never read": (target) =>
    many(100, () =>
      repeat(target, async () => {
        const client = await RawClient.webSocket(target.port, "/ws/viewer");
        client.socket.pause();
        const ping = Buffer.alloc(125, 7);
        for (let i = 0; i < 10_000 && client.open && !target.over.aborted; i++) {
          client.ping(ping);
          if (i % 40 === 39) await pause(100);
        }
        await until(target, client);
      }),
    ),

  "requantising a large picture again and again": async (target) => {
    const size = { width: 4096, height: 4096 };
    const qualities = [10, 30, 60, 90];
    const { client, send, looks } = await producer(target, "main", size, qualities);
    const token = await mint({ role: "viewer", room: "main" });
    let turn = 0;
    await repeat(target, async () => {
      const table = 1 + (turn++ % 3);
      const tile = looks[table]?.tiles[turn % 100];
      if (tile) send([{ ...tile, table }]);
      const url = `http://localhost:${target.port}/snapshot.jpg?room=main&token=${token}`;
      await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).arrayBuffer();
      await pause(50);
    });
    client.destroy();
  },

  "pictures that fill the memory": (target) =>
    many(8, (index) =>
      repeat(target, async () => {
        const size = { width: 3840, height: 2160 };
        const { client, send, looks } = await producer(target, `large-${index}`, size, [95]);
        while (client.open && !target.over.aborted) {
          if (client.socket.writableLength === 0) send(looks[0]?.tiles ?? [], true);
          await pause(1000);
        }
        client.destroy();
      }),
    ),

  "a link that joins and leaves as fast as it can": async (target) => {
    const { client } = await producer(target, "main", { width: 640, height: 360 });
    await many(20, () =>
      repeat(target, async () => {
        const viewer = await RawClient.webSocket(target.port, "/ws/viewer");
        await hello(viewer, "viewer", "main");
        await pause(20);
        viewer.destroy();
      }),
    );
    client.destroy();
  },

  "1500 viewers of one link": async (target) => {
    const { client } = await producer(target, "main", { width: 640, height: 360 });
    const link = await mint({ role: "viewer", room: "main" });
    await many(1500, () =>
      repeat(target, async () => {
        const viewer = await RawClient.webSocket(target.port, "/ws/viewer");
        await hello(viewer, "viewer", "main", link);
        await until(target, viewer);
        await pause(2000);
      }),
    );
    client.destroy();
  },

  "3000 connections that ask for nothing": (target) =>
    many(3000, () =>
      repeat(target, async () => {
        const idle = await RawClient.request(target.port, "GET /healthz HTTP/1.1\r\nX: 1");
        idle.socket.resume();
        await until(target, idle);
        await pause(2000);
      }),
    ),

  "JPEGs of four million empty segments": async (target) => {
    const token = await mint({ role: "producer", room: "main" });
    const jpeg = paddedJpeg(MAX_MESSAGE_BYTES - 1024, "empty segments");
    await repeat(target, async () => {
      const path = `/ws/producer?room=main&token=${token}`;
      const own = await RawClient.webSocket(target.port, path, { v1: false });
      own.socket.resume();
      while (own.open && !target.over.aborted) {
        if (own.socket.writableLength === 0) own.binary(jpeg);
        await pause(50);
      }
      own.destroy();
    });
  },
};
