/** The control messages: JSON text, one union per direction, parsed once, at the socket. Pictures are in binary messages (`update.ts`). */
import * as z from "zod/mini";
import { streamDescription } from "../picture/stream.ts";
import { linkGeneration } from "./claims.ts";
import { CLOSE, CLOSING_REASONS, ProtocolError } from "./close.ts";
import { DEFAULT_ROOM, MAX_TOKEN_LENGTH, ROOM_NAME } from "./constants.ts";

/** The longest control message, UTF-16 units. */
export const MAX_CONTROL_LENGTH = 16 * 1024;

const MAX_NAME_LENGTH = 100;

const time = z.number().check(z.gte(0));
const count = z.int().check(z.gte(0));

/** A room's name. `main` if the client names none. */
export const roomName = z._default(z.string().check(z.regex(ROOM_NAME)), DEFAULT_ROOM);
const token = z.optional(z.string().check(z.maxLength(MAX_TOKEN_LENGTH)));

/** Requests the time of the relay's clock. `sentAt` is on the sender's clock, ms, and is returned unchanged. */
const ping = z.object({ type: z.literal("ping"), sentAt: time });
/** Answers a ping with its `sentAt` and the relay's time when the ping arrived, ms. */
const pong = z.object({ type: z.literal("pong"), sentAt: time, relayAt: time });

/** Sent right before the close frame (P-43). A reason that only a newer relay knows counts as none. */
const closing = z.object({
  type: z.literal("closing"),
  reason: z.catch(z.optional(z.enum(CLOSING_REASONS)), undefined),
});

/** Describes the updates that follow, which carry its epoch. The epochs of a connection only grow. */
const stream = z.object({
  type: z.literal("stream"),
  epoch: z.int().check(z.gte(0), z.lte(2 ** 32 - 1)),
  stream: streamDescription,
});

const producerMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    room: roomName,
    token,
    /** A secret of 128 random bits that only this agent knows. */
    producerId: z.string().check(z.regex(/^[A-Za-z0-9_-]{22,64}$/)),
    name: z.optional(z.string().check(z.maxLength(MAX_NAME_LENGTH))),
    /** The generation of links that are valid: links of another generation end (P-85). */
    gen: z.optional(linkGeneration),
  }),
  stream,
  z.object({ type: z.literal("status"), state: z.enum(["live", "paused", "stopped"]) }),
  ping,
]);
export type ProducerMessage = z.infer<typeof producerMessage>;

const toProducerMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("welcome"), room: z.string(), viewerLink: z.string() }),
  /** How many viewers there are, and how many of them are visible. Nothing need be grabbed while none is. */
  z.object({ type: z.literal("demand"), viewers: count, watching: count }),
  /** Replaces the link of the welcome, which expires soon (P-38). */
  z.object({ type: z.literal("link"), viewerLink: z.string() }),
  /** Requests the whole picture again. */
  z.object({ type: z.literal("refresh") }),
  pong,
  closing,
]);
export type ToProducerMessage = z.infer<typeof toProducerMessage>;

const viewerMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), room: roomName, token }),
  /** A hidden page gets no updates until it is visible again (P-17). */
  z.object({ type: z.literal("visibility"), visible: z.boolean() }),
  ping,
]);
export type ViewerMessage = z.infer<typeof viewerMessage>;

const toViewerMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("welcome"), room: z.string() }),
  stream,
  /** The producer's state. It began at `since`, ms on the relay's clock. */
  z.object({
    type: z.literal("producer"),
    state: z.enum(["live", "paused", "offline"]),
    since: time,
    /** With `offline`: the host has stopped sharing, and the picture must no longer be shown (P-37). */
    stopped: z.optional(z.boolean()),
  }),
  z.object({ type: z.literal("viewers"), count }),
  pong,
  closing,
]);
export type ToViewerMessage = z.infer<typeof toViewerMessage>;

/** Parses what a producer sent. @throws ProtocolError */
export const parseProducerMessage = (text: string): ProducerMessage => parse(producerMessage, text);
/** Parses what the relay sent to a producer. Undefined if only a newer relay sends it. @throws ProtocolError */
export const parseToProducerMessage = (text: string): ToProducerMessage | undefined =>
  parseKnown(toProducerMessage, text);
/** Parses what a viewer sent. @throws ProtocolError */
export const parseViewerMessage = (text: string): ViewerMessage => parse(viewerMessage, text);
/** Parses what the relay sent to a viewer. Undefined if only a newer relay sends it. @throws ProtocolError */
export const parseToViewerMessage = (text: string): ToViewerMessage | undefined =>
  parseKnown(toViewerMessage, text);

export function encodeControl(
  message: ProducerMessage | ToProducerMessage | ViewerMessage | ToViewerMessage,
): string {
  return JSON.stringify(message);
}

function parseJson(text: string): unknown {
  if (text.length > MAX_CONTROL_LENGTH) {
    throw new ProtocolError("a control message is too long", CLOSE.tooLarge);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("a control message is not JSON");
  }
}

function parse<T>(schema: z.ZodMiniType<T>, text: string): T {
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join(".").slice(0, 60);
  throw new ProtocolError(`a control message is invalid${where ? ` at "${where}"` : ""}`);
}

/** Like `parse`, but returns undefined for a message of an unknown type, which a newer relay may send (P-12). */
function parseKnown<T extends { readonly type: string }>(
  schema: z.ZodMiniType<T>,
  text: string,
): T | undefined {
  const json = parseJson(text);
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknownType = issue?.code === "invalid_union" && issue.path.join(".") === "type";
  if (unknownType && anyMessage.safeParse(json).success) return undefined;
  return parse(schema, text);
}

const anyMessage = z.object({ type: z.string() });
