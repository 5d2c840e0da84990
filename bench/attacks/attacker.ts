/** A process that runs one attack. Arguments: port, the attack's name. Sends one message when it starts, and exits on the first message. */
import { setMaxListeners } from "node:events";
import { ATTACKS } from "./attacks.ts";

const [port, name = ""] = process.argv.slice(2);
const attack = ATTACKS[name];
if (!attack) throw new Error(`there is no attack called ${name}`);
const over = new AbortController();
setMaxListeners(0, over.signal);
process.once("message", () => over.abort());
process.once("disconnect", () => process.exit());
process.send?.("begun");
await attack({ port: Number(port), over: over.signal });
process.exit();
