/** Reads a multipart/x-mixed-replace body (RFC 2046 §5.1) whose parts have a length; keeps the newest part. */

const LENGTH = /Content-Length: (\d+)\r\n\r\n/;
/** The heads of parts are far shorter. */
const MAX_HEAD_BYTES = 1024;

export class MjpegReader {
  /** The last whole part. */
  picture: Uint8Array | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Missing from the part that is being read; undefined between two parts. */
  #missingBytes: number | undefined;

  read(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    for (;;) {
      if (this.#pendingBytes < (this.#missingBytes ?? 1)) return;
      const bytes = Buffer.concat(this.#pending);
      const rest = this.#missingBytes === undefined ? this.#head(bytes) : this.#part(bytes);
      if (!rest) return;
      this.#pending = [rest];
      this.#pendingBytes = rest.length;
    }
  }

  #part(bytes: Buffer): Buffer {
    this.picture = bytes.subarray(0, this.#missingBytes);
    const rest = bytes.subarray(this.#missingBytes);
    this.#missingBytes = undefined;
    return rest;
  }

  #head(bytes: Buffer): Buffer | undefined {
    const found = LENGTH.exec(bytes.subarray(0, MAX_HEAD_BYTES).toString("latin1"));
    if (!found) {
      if (bytes.length > MAX_HEAD_BYTES) throw new Error("a part of the stream has no length");
      this.#pending = [bytes];
      return undefined;
    }
    this.#missingBytes = Number(found[1]);
    return bytes.subarray(found.index + found[0].length);
  }
}
