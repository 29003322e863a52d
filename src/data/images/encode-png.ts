import type { Picture } from "./thumbnail.ts";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Of a PNG: gray, and red, green, blue. */
const colorTypes = { 1: 0, 3: 2 } as const;

/**
 * Writes a picture as PNG with 8 bits for each channel: the three chunks that one must have, rows without a filter
 * (ISO/IEC 15948, section 11). For a report, which must not need sharp. Node only.
 */
export async function encodePng({ height, width, channels, pixels }: Picture): Promise<Uint8Array> {
  const { crc32, deflateSync } = await import("node:zlib");
  const stride = width * channels;
  const rows = new Uint8Array(height * (1 + stride));
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (1 + stride) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colorTypes[channels]], 8);
  const parts = [
    Uint8Array.from(signature),
    chunk("IHDR", header, crc32),
    chunk("IDAT", deflateSync(rows, { level: 9 }), crc32),
    chunk("IEND", new Uint8Array(), crc32),
  ];
  return Uint8Array.from(Buffer.concat(parts));
}

/** Length, name, content, and the checksum of the last two; big endian. */
function chunk(name: string, content: Uint8Array, crc32: (bytes: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
