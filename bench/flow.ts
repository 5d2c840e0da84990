/**
 * Newest wins on real sockets: the real relay and agent behind links that are slow, far, or stand still, and nobody watching. What is
 * measured in virtual time by `links` is seen here with a kernel in between. Targets are those that we promise.
 */
import { idleBench } from "./flow/idle.ts";
import { loopbackBench } from "./flow/loopback.ts";
import { oneSlowBench } from "./flow/one-slow.ts";
import { stallBench } from "./flow/stall.ts";
import { uplinkBench } from "./flow/uplink.ts";

export async function flowBench(): Promise<void> {
  await oneSlowBench();
  await stallBench();
  await uplinkBench();
  await loopbackBench();
  await idleBench();
}
