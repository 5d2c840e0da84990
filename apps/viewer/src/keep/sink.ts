/** The destination of a recording: a file chosen by the user, or a limited amount of memory. */
import { type Format, MAX_BYTES_IN_MEMORY } from "./core/recording.ts";
import { download } from "./save-file.ts";

export interface Sink {
  /**
   * Writes bytes at the end of the file, or over earlier bytes. Rejects if they cannot be written.
   * @returns false if there is no room for more pictures. The end of the file can still be written
   */
  write(data: Uint8Array<ArrayBuffer>, position: number): Promise<boolean>;
  /** Completes the file, and gives it to the user. */
  save(): Promise<void>;
  /** Deletes everything instead. */
  discard(): Promise<void>;
}

/** Not every browser has it, and no library has types for it. */
type Picker = (options: {
  suggestedName: string;
  types: { description: string; accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/** @returns undefined if the user chose no file */
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
    // Inside a frame, or under a policy, files cannot be chosen. Downloads may still work.
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
  /** The writes over earlier bytes, in order. */
  const patches: { readonly blob: Blob; readonly position: number }[] = [];
  let bytes = 0;
  return {
    async write(data, position) {
      // The browser may keep blobs on disk.
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
