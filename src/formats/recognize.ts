/** Kinds of files by their first bytes, written as Latin-1. */
const signatures: readonly (readonly [start: string, kind: string])[] = [
  ["PK\x03\x04", "a zip archive (a PyTorch, Keras or Excel file is one)"],
  ["\x1f\x8b", "a gzip file; decompress it first"],
  ["\x89HDF\r\n", "an HDF5 file (an older Keras model is one)"],
  ["\x93NUMPY", "a NumPy array"],
  ["MATLAB ", "a MATLAB file"],
  ["PAR1", "a Parquet table"],
  ["ARROW1", "an Arrow table"],
  ["SQLite format 3", "an SQLite database"],
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["%PDF-", "a PDF document"],
  ["\x7fELF", "a program"],
  ["MZ", "a Windows program"],
  ["\x80\x02", "a Python pickle"],
  ["\x80\x03", "a Python pickle"],
  ["\x80\x04", "a Python pickle"],
  ["\x80\x05", "a Python pickle"],
];

/** Bytes that are looked at. */
const sampleBytes = 4096;

/** Says what bytes look like, for example "an HTML page", to tell someone who gave the wrong file. */
export function recognize(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, sampleBytes);
  const start = String.fromCharCode(...sample);
  const known = signatures.find(([signature]) => start.startsWith(signature));
  if (known) return known[1];
  if (isOnnx(sample)) return "an ONNX model";
  if (start.startsWith('\0\0\0{"', 5)) return "a safetensors file";
  return isText(sample) ? recognizeText(new TextDecoder().decode(sample)) : "binary data of another program";
}

/** The protocol buffer of an ONNX model begins with field 1, the format's version, then field 2, 7 or 8. */
function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1]! < 32 && [0x12, 0x3a, 0x42].includes(bytes[2] ?? 0);
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

function recognizeText(text: string): string {
  const trimmed = text.replace(/^\ufeff/, "").trimStart();
  if (trimmed === "") return "blank lines";
  if (/^<(!doctype html|html|head|body)/i.test(trimmed)) return "an HTML page";
  if (trimmed.startsWith("<")) return "XML";
  if (/^[{[]\s*["{[\d\]}-]/.test(trimmed)) return "JSON";
  if (isTable(trimmed)) return "a CSV table";
  return "a text";
}

/** Whether the first two lines have the same number of delimiters. */
function isTable(text: string): boolean {
  const [first, second] = text.split(/\r?\n/);
  return [",", ";", "\t"].some((delimiter) => {
    const columns = first!.split(delimiter).length;
    return columns > 1 && (second ?? first)!.split(delimiter).length === columns;
  });
}
