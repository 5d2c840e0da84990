/** The key to an X display (Xau(3)), or advice for a user whose key is missing or wrong. The advice never contains a key. */
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { homeFolder } from "@screen-share/program";

const FAMILY_INTERNET = 0;
const FAMILY_INTERNET6 = 6;
const FAMILY_LOCAL = 256;
const FAMILY_WILD = 65_535;
/** The only method that the library `x11` supports. */
const METHOD = "MIT-MAGIC-COOKIE-1";
const FIELDS = ["address", "number", "name", "data"] as const;
const MAX_LISTED = 4;

/** An entry of the file. Its members are bytes, one per character (latin1). */
export interface KeyEntry {
  readonly family: number;
  readonly address: string;
  readonly number: string;
  readonly name: string;
  readonly data: string;
}

export interface KeyTarget {
  readonly number: number;
  /** The server's address, unless it is on this computer. */
  readonly remoteAddress: string | undefined;
}

/** What the key file contains for a display. */
export interface KeyChoice {
  /** Undefined if none fits: many servers let their own user in without one. */
  readonly key: KeyEntry | undefined;
  /** Sentences about what to do if the server refuses. */
  readonly advice: string;
}

/** @param xauthority the setting; undefined for the default file */
export async function chooseKey(
  xauthority: string | undefined,
  target: KeyTarget,
  host = hostname(),
): Promise<KeyChoice> {
  const choice = (key: KeyEntry | undefined, problem: string) => ({
    key,
    advice: `${problem}. ${HOW_TO_FIND}`,
  });
  const home = homeFolder();
  const file = xauthority ?? (home && join(home, ".Xauthority"));
  if (file === undefined) {
    return choice(undefined, "XAUTHORITY is not set, and this user has no home folder");
  }
  const isSet = xauthority !== undefined;
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (!Buffer.isBuffer(content)) {
    const missing = content.code === "ENOENT";
    const problem = missing ? "does not exist" : `cannot be read (${content.code})`;
    const named = isSet ? `XAUTHORITY names ${file}, which` : `XAUTHORITY is not set, and ${file}`;
    return choice(undefined, `${named} ${problem}`);
  }
  const keys = parseKeys(content);
  const key = keys.find((candidate) => fits(candidate, target, host));
  const place = `${isSet ? "XAUTHORITY names" : "The key file is"} ${file}`;
  if (key) return choice(key, `${place}, whose key for this display is not the server's`);
  const listed = keys.slice(0, MAX_LISTED).map(nameOf);
  if (keys.length > MAX_LISTED) listed.push("others");
  const held = keys.length === 0 ? "no complete key" : `keys for ${listed.join(", ")} only`;
  const wanted = `${target.remoteAddress ?? `${host}/unix`}:${target.number}`;
  return choice(undefined, `${place}, which holds ${held}, none for ${wanted}`);
}

const HOW_TO_FIND =
  'Set XAUTHORITY to the file with the display\'s key: "echo $XAUTHORITY" prints it in a terminal on that desktop.';

/**
 * The entries of a key file. Those after a broken one are left out.
 *
 *      u16 family · 4 times: u16 length, then that many bytes: address, display number, name of the method, key
 */
export function parseKeys(content: Buffer): KeyEntry[] {
  const keys: KeyEntry[] = [];
  let at = 0;
  for (;;) {
    if (at + 2 > content.length) return keys;
    const family = content.readUInt16BE(at);
    at += 2;
    const texts = { address: "", number: "", name: "", data: "" };
    for (const field of FIELDS) {
      if (at + 2 > content.length) return keys;
      const end = at + 2 + content.readUInt16BE(at);
      if (end > content.length) return keys;
      texts[field] = content.toString("latin1", at + 2, end);
      at = end;
    }
    keys.push({ family, ...texts });
  }
}

function fits(key: KeyEntry, target: KeyTarget, host: string): boolean {
  const { family, address, number, name } = key;
  if (name !== METHOD) return false;
  if (number !== "" && number !== String(target.number)) return false;
  if (family === FAMILY_WILD) return true;
  const { remoteAddress } = target;
  if (remoteAddress === undefined) return family === FAMILY_LOCAL && address === host;
  return addressOf(family, address) === remoteAddress;
}

/** The address of an entry as Node.js writes it. Undefined for other families. */
function addressOf(family: number, address: string): string | undefined {
  const bytes = Buffer.from(address, "latin1");
  if (family === FAMILY_INTERNET && bytes.length === 4) return [...bytes].join(".");
  if (family !== FAMILY_INTERNET6 || bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

function nameOf({ family, address, number }: KeyEntry): string {
  const local = family === FAMILY_LOCAL ? `${address}/unix` : addressOf(family, address);
  const host = family === FAMILY_WILD ? "*" : local;
  // The file's content must not control the terminal.
  return `${host ?? "another kind of address"}:${number}`.replace(/[^\x20-\x7e]/g, "?");
}
