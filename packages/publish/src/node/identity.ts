/**
 * How a relay recognises this agent: a secret with which it takes over from its own half-open connection, and the generation of the links
 * that it has given out. Both outlive the process.
 */
import { createHash, randomBytes } from "node:crypto";
import { privatePath, readPrivate, writePrivate } from "@screen-share/program";
import * as z from "zod";
import type { ProducerIdentity } from "../ports.ts";
import type { RelaySettings } from "./settings.ts";

const secret = z.string().regex(/^[0-9a-f]{32}$/);
const schema = z.object({ producerId: secret, generation: secret });

/** One file per relay and room, so that no relay learns another's secret. Undefined if this user has no home folder. */
export function identityPath({
  server,
  room,
}: Pick<RelaySettings, "server" | "room">): string | undefined {
  const place = createHash("sha256").update(`${server}\n${room}`).digest("hex");
  return privatePath("agents", `${place.slice(0, 32)}.json`);
}

export function freshSecret(): string {
  return randomBytes(16).toString("hex");
}

export class IdentityFile {
  #identity: ProducerIdentity | undefined;
  /** If the identity could not be written, the file's content is older and must not replace it. */
  #isKept = true;

  /** @param complain called once if nothing can be stored */
  constructor(
    private readonly file: string | undefined,
    private readonly complain: (message: string) => void,
  ) {}

  /** Reads the file every time: another process may have revoked its links. Creates an identity if there is none. */
  read(): ProducerIdentity {
    const stored = this.#isKept ? this.#stored() : undefined;
    const known = stored ?? this.#identity;
    this.#identity = known ?? this.#keep({ producerId: freshSecret(), generation: freshSecret() });
    return this.#identity;
  }

  /** Revokes all links that were given out. */
  endLinks(): ProducerIdentity {
    this.#identity = this.#keep({ ...this.read(), generation: freshSecret() });
    return this.#identity;
  }

  restore(identity: ProducerIdentity): void {
    this.#identity = this.#keep(identity);
  }

  #stored(): ProducerIdentity | undefined {
    try {
      return schema.safeParse(JSON.parse(readPrivate(this.file) ?? "")).data;
    } catch {
      return undefined;
    }
  }

  #keep(identity: ProducerIdentity): ProducerIdentity {
    try {
      writePrivate(this.file, `${JSON.stringify(identity)}\n`);
      this.#isKept = true;
    } catch (error) {
      this.#isKept = false;
      const why = error instanceof Error ? error.message : String(error);
      this.complain(`links given out now will not work after a restart: ${why}`);
    }
    return identity;
  }
}
