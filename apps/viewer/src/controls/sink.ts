/** Where a recording is written as it comes: a file that somebody chose, or memory, within a bound. */
import { type Format, MAX_BYTES_IN_MEMORY } from "../components/core/recording.ts";
import { download } from "./save-file.ts";

export interface Sink {
  /** @returns false if there is no room for more; what is there by then can still be saved. Rejects if it cannot be written. */
  write(part: Blob): Promise<boolean>;
  /** Makes it the person's own. */
  save(): Promise<void>;
  /** Leaves nothing of it, instead. */
  discard(): Promise<void>;
}

/** Not every browser has it, and no library types it. */
type Picker = (options: {
  readonly suggestedName: string;
  readonly types: readonly {
    readonly description: string;
    readonly accept: Readonly<Record<string, readonly string[]>>;
  }[];
}) => Promise<FileSystemFileHandle>;

/** @returns undefined if the person chose no file */
export async function openSink(format: Format, name: string): Promise<Sink | undefined> {
  const picker: unknown = Reflect.get(window, "showSaveFilePicker");
  if (typeof picker !== "function") return memorySink(format, name);
  try {
    const [container = ""] = format.type.split(";");
    const types = [{ description: "Video", accept: { [container]: [`.${format.extension}`] } }];
    const file = await (picker as Picker).call(window, { suggestedName: name, types });
    return fileSink(await file.createWritable());
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    // Inside a frame, or where a policy forbids it, files cannot be chosen; downloads may still work.
    return memorySink(format, name);
  }
}

function fileSink(file: FileSystemWritableFileStream): Sink {
  return {
    async write(part) {
      await file.write(part);
      return true;
    },
    save: () => file.close(),
    discard: () => file.abort(),
  };
}

function memorySink({ type }: Format, name: string): Sink {
  const parts: Blob[] = [];
  let bytes = 0;
  return {
    async write(part) {
      parts.push(part);
      bytes += part.size;
      return bytes < MAX_BYTES_IN_MEMORY;
    },
    async save() {
      download(new Blob(parts.splice(0), { type }), name);
    },
    async discard() {},
  };
}
