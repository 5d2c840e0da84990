/** Reads a `.env` file as editors and shells on several systems write it, and reports mistakes that would otherwise go unnoticed. */
import { parse } from "dotenv";
import { closest, distance } from "fastest-levenshtein";
import { AGENT_SETTINGS, RELAY_SETTINGS, SYSTEM_SETTINGS } from "./names.ts";

const SETTINGS: readonly string[] = [...new Set([...RELAY_SETTINGS, ...AGENT_SETTINGS])];
const KNOWN: readonly string[] = [...SETTINGS, ...SYSTEM_SETTINGS];
/** A name that differs in more letters than this is not a misspelt setting. */
const MAX_TYPOS = 3;

export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** Sentences about mistakes, to be printed after the file's name, without a full stop. */
  readonly mistakes: readonly string[];
}

/** Parses the bytes of a `.env` file. Returns undefined if they are not text. */
export function parseEnvFile(bytes: Uint8Array): EnvFile | undefined {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  if (text.includes("\0")) return undefined;
  const values = parse(text);
  return { values, mistakes: [...unknownNames(values), ...brokenLines(text, values)] };
}

/** PowerShell 5 writes UTF-16 by default, and some editors begin UTF-8 with a byte order mark. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Without a mark: the file begins with a name or a comment, which is ASCII.
  if (first !== undefined && first !== 0 && second === 0) return "utf-16le";
  if (first === 0 && second !== undefined && second !== 0) return "utf-16be";
  return "utf-8";
}

function unknownNames(values: EnvFile["values"]): string[] {
  return Object.keys(values)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => {
      const nearest = closest(name.toUpperCase(), [...SETTINGS]);
      const typos = distance(name.toUpperCase(), nearest);
      const near = typos <= Math.min(MAX_TYPOS, nearest.length / 3);
      return `sets ${name}, which is not a setting and has no effect${near ? `; did you mean ${nearest}?` : ""}`;
    });
}

/** Lines that do not set a known name to what they seem to set. */
function brokenLines(text: string, values: EnvFile["values"]): string[] {
  return text.split(/\r\n?|\n/).flatMap((line, index) => {
    const [, name = "", rest = ""] = /^\s*(?:export\s+)?([\w.-]+)(.*)$/.exec(line) ?? [];
    if (!KNOWN.includes(name)) return [];
    if (!/^\s*=|^:\s/.test(rest)) {
      return [`has no "=" after ${name} in line ${index + 1}, so that line has no effect`];
    }
    const value = rest.replace(/^\s*[=:]\s*/, "");
    const cut = /^[^\s"'`#]+#/.test(value) && value.startsWith(`${values[name]}#`);
    const mistake = `has a value of ${name} that ends before "#"; put the value in quotes if "#" belongs to it`;
    return cut ? [mistake] : [];
  });
}
