/** JPEGs as cameras and phones send them, made of a plain one. */

/** The same bytes with an EXIF rotation (JEITA CP-3451, tag 0x0112), as a phone writes that was held otherwise. */
export function withRotation(jpeg: Uint8Array, orientation: number): Buffer {
  const exif = Buffer.from(
    "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0",
    "latin1",
  );
  exif[25] = orientation;
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

/** Without the marker that ends it. */
export function withoutEnd(jpeg: Uint8Array): Buffer {
  return Buffer.from(jpeg.subarray(0, -2));
}

/** Its first part only, as if the connection had broken. */
export function cutOff(jpeg: Uint8Array, share: number): Buffer {
  return Buffer.from(jpeg.subarray(0, Math.floor(jpeg.length * share)));
}
