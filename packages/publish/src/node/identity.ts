/**
 * What the agent is known by to a relay: a secret by which it takes over from its own half-open connection, and the generation of
 * the links that it has given out. Both outlive the process; so does the ending of links.
 */
import { createHash, randomBytes } from "node:crypto";
import { privatePath, readPrivate, writePrivate } from "@screen-share/program";
import * as z from "zod";

const schema = z.object({
  /** 128 random bits that only this agent and its relay know. */
  producerId: z.string().regex(/^[0-9a-f]{32}$/),
  /** Links minted for another one do not count. */
  generation: z.string().regex(/^[0-9a-f]{32}$/),
});
export type Identity = z.infer<typeof schema>;

/** One for each relay and room, so that none of them learns another's secret. Undefined if this user has no home. */
export function identityPath(options: {
  readonly server: string;
  readonly room: string;
}): string | undefined {
  const place = createHash("sha256").update(`${options.server}\n${options.room}`).digest("hex");
  return privatePath("agents", `${place.slice(0, 32)}.json`);
}

export class IdentityFile {
  #identity: Identity | undefined;
  /** What could not be written must not be replaced by what the file holds from before. */
  #isKept = true;

  /** @param complain is told, once, if nothing can be kept */
  constructor(
    private readonly file: string | undefined,
    private readonly complain: (message: string) => void,
  ) {}

  /** As it stands in the file now: another process may have ended its links. Made if there is none. */
  read(): Identity {
    const stored = this.#isKept ? this.#stored() : undefined;
    this.#identity = stored ?? this.#identity ?? this.#keep(freshIdentity());
    return this.#identity;
  }

  /** Ends all links that were given out. */
  endLinks(): Identity {
    this.#identity = this.#keep({ ...this.read(), generation: freshIdentity().generation });
    return this.#identity;
  }

  /** Takes the ending back: those links count after all. */
  restore(identity: Identity): void {
    this.#identity = this.#keep(identity);
  }

  #stored(): Identity | undefined {
    try {
      return schema.safeParse(JSON.parse(readPrivate(this.file) ?? "")).data;
    } catch {
      return undefined;
    }
  }

  #keep(identity: Identity): Identity {
    try {
      writePrivate(this.file, `${JSON.stringify(identity)}\n`);
      this.#isKept = true;
    } catch (error) {
      this.#isKept = false;
      const why = error instanceof Error ? error.message : String(error);
      this.complain(`after a restart the links given out now will not work: ${why}`);
    }
    return identity;
  }
}

function freshIdentity(): Identity {
  return { producerId: secret(), generation: secret() };
}

function secret(): string {
  return randomBytes(16).toString("hex");
}
