/** Where a recording is written as it comes: a file that somebody chose, or memory, within a bound. */
import { type Format, MAX_BYTES_IN_MEMORY } from "./core/recording.ts";
import { download } from "./save-file.ts";

export interface Sink {
  /**
   * Writes bytes at a place in the file: behind its end, or over what stands there.
   * @returns false if there is no room for more pictures; what ends the file can still be written. Rejects if it cannot be written
   */
  write(data: Uint8Array<ArrayBuffer>, position: number): Promise<boolean>;
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
    async write(data, position) {
      await file.write({ type: "write", data, position });
      return true;
    },
    save: () => file.close(),
    discard: () => file.abort(),
  };
}

function memorySink({ type }: Format, name: string): Sink {
  const parts: Blob[] = [];
  /** What was written over earlier bytes, in order. */
  const patches: { readonly blob: Blob; readonly position: number }[] = [];
  let bytes = 0;
  return {
    async write(data, position) {
      // Blobs: the browser may keep them on its disk.
      const blob = new Blob([data]);
      if (position < bytes) patches.push({ blob, position });
      else {
        parts.push(blob);
        bytes += blob.size;
      }
      return bytes < MAX_BYTES_IN_MEMORY;
    },
    async save() {
      let file = new Blob(parts.splice(0));
      for (const { blob, position } of patches.splice(0)) {
        file = new Blob([file.slice(0, position), blob, file.slice(position + blob.size)]);
      }
      download(new Blob([file], { type }), name);
    },
    async discard() {},
  };
}
