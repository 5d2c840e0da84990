/** The body of a response that came in chunks (RFC 9112 §7.1), as far as it has come. */
export function dechunked(response: Buffer): Buffer {
  const body: Buffer[] = [];
  let at = response.indexOf("\r\n\r\n") + 4;
  for (;;) {
    const lineEnd = response.indexOf("\r\n", at);
    const size = Number.parseInt(response.subarray(at, lineEnd).toString(), 16);
    const end = lineEnd + 2 + size;
    if (lineEnd < 0 || !(size > 0) || end > response.length) return Buffer.concat(body);
    body.push(response.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
