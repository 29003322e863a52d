import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelFileError } from "../../src/errors.ts";
import { decodeModel, encodeModel } from "../../src/formats/model-file.ts";

const model = {
  header: { network: { inputs: 2 }, name: "Größe 🌊", note: null },
  parameters: Float64Array.of(0.1, -0, Number.MIN_VALUE, 1e308),
};

const text = (content: string) => new TextEncoder().encode(content);

async function fault(bytes: Uint8Array): Promise<{ code: string; message: string }> {
  const error = await decodeModel(bytes, "m.gramian").then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelFileError);
  const { code, message } = error as ModelFileError;
  return { code, message };
}

describe("a model file", () => {
  test("gives back the header and every bit of the parameters (seed 1)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.float64Array({ noNaN: true }),
        async (header, parameters) => {
          const read = await decodeModel(await encodeModel({ header, parameters }), "m.gramian");
          expect(read.header).toEqual(JSON.parse(JSON.stringify(header)));
          expect(new Uint8Array(read.parameters.buffer)).toEqual(new Uint8Array(parameters.slice().buffer));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test("keeps what float32 networks have", async () => {
    const floats = Float32Array.of(0.1, 1 / 3, -1e-40);
    const { parameters } = await decodeModel(
      await encodeModel({ header: {}, parameters: Float64Array.from(floats) }),
      "m.gramian",
    );
    expect(Float32Array.from(parameters)).toEqual(floats);
  });

  test("is the same bytes for the same model", async () => {
    expect(await encodeModel(model)).toEqual(await encodeModel(model));
  });

  test("is read from the middle of a buffer", async () => {
    const bytes = await encodeModel(model);
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 3);
    const read = await decodeModel(larger.subarray(3, 3 + bytes.length), "m.gramian");
    expect(read.parameters).toEqual(model.parameters);
  });

  test("notices any change of any byte (seed 2)", async () => {
    const bytes = await encodeModel(model);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (position, difference) => {
          const changed = bytes.slice();
          changed[position]! ^= difference;
          expect((await fault(changed)).code).toMatch(/^(foreign|newer|truncated|altered)$/);
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  test("notices where it was cut", async () => {
    const bytes = await encodeModel(model);
    for (let length = 1; length < bytes.length; length++)
      expect((await fault(bytes.subarray(0, length))).code).toBe("truncated");
  });
});

describe("decodeModel says what is wrong", () => {
  test("with no bytes", async () => {
    expect(await fault(new Uint8Array(0))).toEqual({
      code: "empty",
      message: "m.gramian: is empty; give a model that gramian train wrote",
    });
  });

  test("with too few bytes", async () => {
    const bytes = await encodeModel(model);
    expect((await fault(bytes.subarray(0, 20))).message).toBe(
      "m.gramian: has 20 bytes where a model has at least 64; copy it again",
    );
    expect((await fault(bytes.subarray(0, 100))).message).toBe(
      `m.gramian: has 100 bytes where ${bytes.length} were written; it was cut short: copy it again`,
    );
  });

  test("with too many bytes", async () => {
    const bytes = await encodeModel(model);
    expect(await fault(new Uint8Array([...bytes, 10]))).toEqual({
      code: "altered",
      message: `m.gramian: has ${bytes.length + 1} bytes where ${bytes.length} were written; something was appended: copy it again`,
    });
  });

  test("with another number in the middle", async () => {
    const bytes = await encodeModel(model);
    bytes[bytes.length - 40]! ^= 1;
    expect(await fault(bytes)).toEqual({
      code: "altered",
      message:
        "m.gramian: differs from what was written: its checksum does not fit; copy it again from where it was trained",
    });
  });

  test("with a file that was copied as text", async () => {
    const bytes = await encodeModel(model);
    expect(await fault(text(new TextDecoder().decode(bytes)))).toEqual({
      code: "altered",
      message: "m.gramian: was changed by a transfer as text; copy it again as binary",
    });
  });

  test("with a newer format, and which version reads it", async () => {
    const bytes = await encodeModel(model);
    const view = new DataView(bytes.buffer);
    view.setUint32(8, 3, true);
    for (const [i, part] of [1, 4, 2].entries()) view.setUint16(12 + 2 * i, part, true);
    expect(await fault(bytes)).toEqual({
      code: "newer",
      message: "m.gramian: has format 3, and this version reads up to 1; use gramian 1.4.2 or later",
    });
  });

  test("with a header that is no object", async () => {
    const bytes = await encodeModel({ header: [1] as never, parameters: new Float64Array(0) });
    expect(await fault(bytes)).toEqual({
      code: "header",
      message:
        "m.gramian: has a header that is no JSON object; it was written by another program: train the model again",
    });
  });

  const foreign: readonly (readonly [string, Uint8Array])[] = [
    ["a CSV table", text("a,b\n1,2\n")],
    ["an HTML page", text("\n<!DOCTYPE html><html>")],
    ["XML", text("<?xml version='1.0'?>")],
    ["JSON", text('{"a": 1}')],
    ["a text", text("Hello there.")],
    ["blank lines", text("\n\n")],
    ["a zip archive (a PyTorch, Keras or Excel file is one)", text("PK\x03\x04....")],
    ["a gzip file; decompress it first", Uint8Array.of(0x1f, 0x8b, 8, 0)],
    [
      "an HDF5 file (an older Keras model is one)",
      Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a),
    ],
    ["a Python pickle", Uint8Array.of(0x80, 0x04, 0x95)],
    ["an ONNX model", Uint8Array.of(0x08, 0x08, 0x12, 0x07, 0x70)],
    ["a safetensors file", Uint8Array.of(64, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22)],
    ["binary data of another program", Uint8Array.of(0, 1, 2, 3)],
  ];
  test.each(foreign)("with %s", async (kind, bytes) => {
    expect(await fault(bytes)).toEqual({
      code: "foreign",
      message: `m.gramian: is not a gramian model: it looks like ${kind}; give a file that gramian train wrote`,
    });
  });
});
