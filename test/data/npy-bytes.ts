/** A file as NumPy writes it: the header is filled with blanks so that the numbers begin at a multiple of 64. */
export function npyBytes(
  type: string,
  shape: string,
  numbers: ArrayBufferView,
  version = 1,
  order = "False",
): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const text = `{'descr': ${type}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const length = Math.ceil((start + text.length + 1) / 64) * 64 - start;
  const header = Buffer.alloc(start);
  header.write("\x93NUMPY", "latin1");
  header[6] = version;
  if (version === 1) header.writeUInt16LE(length, 8);
  else header.writeUInt32LE(length, 8);
  const data = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Buffer.concat([header, Buffer.from(`${text.padEnd(length - 1)}\n`), data]);
}
