/** The settings of `pnpm replay`: as the agent's, as far as they concern a relay. */

import type { Environment } from "@screen-share/program";
import {
  mustBePrivate,
  RELAY_NAMES,
  readSettings,
  relaySettings,
} from "@screen-share/publish/node";
import * as z from "zod";
import { DEFAULT_SPEED, type ReplayFlags } from "./flags.ts";

const SPEED = "must be a number from 0.1 to 100";

const schema = relaySettings
  .extend({
    file: z.string("must be named"),
    speed: z
      .string()
      .regex(/^\d{0,3}(\.\d{1,9})?$/, SPEED)
      .transform(Number)
      .refine((speed) => speed >= 0.1 && speed <= 100, SPEED)
      .prefault(DEFAULT_SPEED),
    loop: z.literal(true).optional(),
    wait: z.literal(true).optional(),
    info: z.literal(true).optional(),
  })
  .superRefine(mustBePrivate);

export type ReplayConfig = z.infer<typeof schema>;

/** The settings, or everything that is wrong with them, a sentence each. */
export function readReplayConfig(
  flags: ReplayFlags,
  environment: Environment,
): { readonly config: ReplayConfig } | { readonly problems: readonly string[] } {
  const result = readSettings(schema, { flags, environment, names: RELAY_NAMES });
  return "problems" in result ? result : { config: result.settings };
}
