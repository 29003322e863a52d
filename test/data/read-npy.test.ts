import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { npyImages } from "../../src/data/images/npy-images.ts";
import { parseNpy, readNpy } from "../../src/data/read-npy.ts";
import { DataError } from "../../src/errors.ts";
import { npyBytes } from "./npy-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "gramian-npy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same bytes where no number begins at a multiple of its size. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const wider = new Uint8Array(bytes.length + 1);
  wider.set(bytes, 1);
  return wider.subarray(1);
}

describe("parseNpy", () => {
  test.each([
    ["|u1", Uint8Array.of(0, 1, 255)],
    ["|i1", Int8Array.of(-128, 0, 127)],
    ["<u2", Uint16Array.of(0, 1, 65535)],
    ["<i2", Int16Array.of(-32768, 0, 32767)],
    ["<u4", Uint32Array.of(0, 1, 2 ** 32 - 1)],
    ["<i4", Int32Array.of(-(2 ** 31), 0, 1)],
    ["<f4", Float32Array.of(-0.5, Number.NaN, 3e38)],
    ["<f8", Float64Array.of(-0.1, Number.POSITIVE_INFINITY, 1e300)],
  ])("reads %s, wherever it begins in memory", (type, numbers) => {
    const bytes = npyBytes(`'${type}'`, "(3,)", numbers);
    expect(parseNpy(bytes, "a.npy")).toEqual({ shape: [3], data: numbers });
    expect(parseNpy(unaligned(bytes), "a.npy")).toEqual({ shape: [3], data: numbers });
  });

  test.each([
    ["'<i8'", BigInt64Array.of(-5n, 2n ** 53n - 1n), [-5, 2 ** 53 - 1]],
    ["'<u8'", BigUint64Array.of(0n, 7n), [0, 7]],
    ["'|b1'", Uint8Array.of(1, 0), [1, 0]],
  ])("turns %s into numbers", (type, values, numbers) => {
    expect([...parseNpy(npyBytes(type, "(2,)", values), "a").data]).toEqual(numbers);
  });

  test.each<[string, number[], number]>([
    ["()", [], 1],
    ["(0,)", [0], 0],
    ["(2, 3)", [2, 3], 6],
    ["(1, 2, 3, 1)", [1, 2, 3, 1], 6],
  ])("reads the shape %s", (text, shape, count) => {
    const { shape: found, data } = parseNpy(npyBytes("'|u1'", text, new Uint8Array(count)), "a");
    expect([found, data.length]).toEqual([shape, count]);
  });

  test("reads version 2, whose header may be longer", () => {
    expect(parseNpy(npyBytes("'|u1'", "(2,)", Uint8Array.of(3, 4), 2), "a").data).toEqual(
      Uint8Array.of(3, 4),
    );
  });

  const numbers = Float32Array.of(1, 2, 3, 4);
  const good = npyBytes("'<f4'", "(2, 2)", numbers);
  test.each<[string, Uint8Array, string]>([
    [
      "another file",
      Buffer.from("a,b\n1,2\n"),
      "is no NumPy array: it looks like a CSV table; give a .npy file",
    ],
    ["an empty file", new Uint8Array(0), "is no NumPy array: it looks like blank lines; give a .npy file"],
    ["half a header", good.subarray(0, 20), "ends in its header; it is cut short"],
    ["a few bytes", good.subarray(0, 9), "ends in its header; it is cut short"],
    [
      "half the numbers",
      good.subarray(0, good.length - 8),
      "has 136 bytes where 144 belong; it is cut short",
    ],
    [
      "big endian",
      npyBytes("'>f4'", "(4,)", numbers),
      'holds numbers of the type ">f4"; save one of |u1, |b1, |i1, <u2, <i2, <u4, <i4, <f4, <f8, <i8, <u8',
    ],
    [
      "Fortran order",
      npyBytes("'<f4'", "(2, 2)", numbers, 1, "True"),
      "is in Fortran order; save it with numpy.ascontiguousarray",
    ],
    [
      "large integers",
      npyBytes("'<i8'", "(1,)", BigInt64Array.of(2n ** 53n)),
      "holds 9007199254740992, which is no exact float64; save it as float64",
    ],
    [
      "records",
      npyBytes("[('a', '<f4'), ('b', '<i4')]", "(2,)", numbers),
      "has a header that is not understood: {'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }; save a plain array of numbers",
    ],
  ])("refuses %s", (_, bytes, text) => {
    expect(() => parseNpy(bytes, "a.npy")).toThrow(new DataError("npy", { file: "a.npy" }, text));
  });
});

describe("readNpy", () => {
  test("reads a file, plain or compressed", async () => {
    const bytes = npyBytes("'<f8'", "(2, 2)", Float64Array.of(1, 2, 3, 4));
    writeFileSync(join(folder, "a.npy"), bytes);
    writeFileSync(join(folder, "a.npy.gz"), gzipSync(bytes));
    const expected = { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) };
    expect(await readNpy(join(folder, "a.npy"))).toEqual(expected);
    expect(await readNpy(join(folder, "a.npy.gz"))).toEqual(expected);
  });

  test("says that there is no such file", async () => {
    await expect(readNpy(join(folder, "no.npy"))).rejects.toThrow("there is no such file; check the path");
  });
});

describe("npyImages", () => {
  test("takes bytes for pictures, gray or in colors", () => {
    const data = Uint8Array.from({ length: 24 }, (_, i) => i);
    expect(npyImages({ shape: [4, 2, 3], data }, "a")).toMatchObject({
      count: 4,
      height: 2,
      width: 3,
      channels: 1,
    });
    const source = npyImages({ shape: [2, 2, 2, 3], data }, "a");
    expect(source).toMatchObject({ count: 2, height: 2, width: 2, channels: 3 });
    const out = new Uint8Array(12);
    source.read(Int32Array.of(1), 0, 1, out);
    expect(out).toEqual(data.slice(12));
  });

  test.each<[number[], Uint8Array | Float32Array, string]>([
    [[2, 2], new Uint8Array(4), "2 × 2 uint8"],
    [[1, 2, 2], new Float32Array(4), "1 × 2 × 2 float32"],
    [[1, 1, 2, 2, 1], new Uint8Array(4), "1 × 1 × 2 × 2 × 1 uint8"],
    [[1, 2, 2, 2], new Uint8Array(8), "1 × 2 × 2 × 2 uint8"],
    [[1, 3, 2, 4], new Uint8Array(24), "1 × 3 × 2 × 4 uint8"],
    [[3, 0, 2], new Uint8Array(0), "3 × 0 × 2 uint8"],
  ])("refuses the shape %j", (shape, data, found) => {
    expect(() => npyImages({ shape, data }, "a.npy")).toThrow(
      `a.npy: holds ${found}; save pictures as count × height × width, or with 1 or 3 channels after the width, of uint8, 0 to 255`,
    );
  });
});
