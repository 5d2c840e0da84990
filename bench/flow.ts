/**
 * Flow control on real sockets: the real relay and agent behind links that are slow, long or stalled, and without viewers. `links`
 * measures the same in virtual time; here a kernel is in between. The targets are what we promise.
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
