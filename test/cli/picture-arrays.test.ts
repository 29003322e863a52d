import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pattern, writeInto } from "../data/images/pictures.ts";
import { npyBytes } from "../data/npy-bytes.ts";
import { finish, jsonLines, makeWorkplace, startProgram } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);

const count = 12;
const rows = Array.from({ length: count }, (_, i) => i);
const pixels = Uint8Array.from(rows.flatMap((i) => Array.from(pattern(i, 8, 10, 3))));
const path = (name: string) => join(place.folder, name);

beforeAll(() => {
  const array = npyBytes("'|u1'", `(${count}, 8, 10, 3)`, pixels);
  writeFileSync(path("p.npy"), array);
  writeFileSync(path("p.npy.gz"), gzipSync(array));
  writeFileSync(path("half.npy"), array.subarray(0, 1000));
  writeFileSync(path("floats.npy"), npyBytes("'<f4'", `(${count}, 1, 2)`, new Float32Array(2 * count)));
  place.write("packed.npz", "PK\x03\x04");
  place.write("words.csv", `angle,n\n${rows.map((i) => `left,${i}`).join("\n")}\n`);
  place.write("text.npy", "angle\n1\n2\n");
  place.write("labels.csv", `angle,n\n${rows.map((i) => `${i - 5},${i}`).join("\n")}\n`);
  place.write(
    "short.csv",
    `angle,n\n${rows
      .map((i) => `${i - 5},${i}`)
      .slice(1)
      .join("\n")}\n`,
  );
});

const given = ["labels.csv", "--images", "p.npy", "--target", "angle"];
const quick = ["--max-steps", "2", "--kernels", "wasm", "--threads", "1"];
const train = (...args: string[]) => place.run("train", ...args, ...quick);

describe("gramian --images with an array", () => {
  test("trains, predicts and evaluates", async () => {
    const { code, stderr, stdout } = await train(
      ...given,
      "--out",
      "m.gramian",
      "--report",
      "m.html",
      "--json",
    );
    expect(code).toBe(0);
    const lines = stderr.split("\n");
    expect(lines[0]).toBe("p.npy: 12 pictures");
    expect(lines[1]).toBe("  12 rows of labels.csv, row i for picture i");
    expect(lines[2]).toBe("  12 pictures of 8 × 10 × 3");
    expect(jsonLines(stdout).at(-1)).toMatchObject({ event: "result", rows: 12, inputs: 240 });
    const page = readFileSync(path("m.html"), "utf8");
    expect(page).toContain("angle from the pictures in p.npy");

    const predicted = await place.run("predict", "m.gramian", "--images", "p.npy.gz");
    expect(predicted).toMatchObject({ code: 0, stderr: "" });
    const [head, ...values] = predicted.stdout.trimEnd().split("\n");
    expect(head).toBe("file,angle");
    expect(values.map((line) => line.split(",")[0])).toEqual(rows.map(String));

    const evaluated = await place.run("evaluate", "m.gramian", "labels.csv", "--images", "p.npy", "--json");
    expect(jsonLines(evaluated.stdout)).toMatchObject([{ event: "evaluation", rows: 12, skipped: 0 }]);
  });

  test("needs no decoder: a copy that has no package beside it gives the same model", async () => {
    cpSync(fileURLToPath(new URL("../../dist", import.meta.url)), path("alone/dist"), { recursive: true });
    cpSync(fileURLToPath(new URL("../../package.json", import.meta.url)), path("alone/package.json"));
    const main = path("alone/dist/cli/main.js");
    const alone = (...args: string[]) => finish(startProgram(place.folder, main, args));
    const one = await alone("train", ...given, ...quick, "--out", "alone.gramian", "--report", "alone.html");
    expect(one).toMatchObject({ code: 0, stdout: "" });
    // Two of twelve rows test.
    expect(readFileSync(path("alone.html"), "utf8").match(/<img src="data:image\/png;base64,/g)).toHaveLength(
      2,
    );
    await train(...given, "--out", "same.gramian");
    const predictions = async (model: string) =>
      (await place.run("predict", model, "--images", "p.npy")).stdout;
    expect(await predictions("alone.gramian")).toBe(await predictions("same.gramian"));
    // The copy is really alone.
    writeInto(path("files"), "0/a.png", "");
    const decoding = await alone("train", "--images", "files");
    expect(decoding.stderr).toContain("are decoded by the optional package sharp, which can't be loaded");
  });

  test.each<[string, string[], number, string]>([
    ["another size", ["--image-size", "16x20"], 3, "p.npy: holds pictures of 8 × 10 × 3, not of 16 × 20 × 3"],
    ["gray", ["--channels", "1"], 3, "p.npy: holds pictures of 8 × 10 × 3, not of 8 × 10 × 1"],
    ["a fit", ["--image-fit", "crop"], 2, "--image-fit: is for pictures in files, and p.npy is an array"],
    ["a cache", ["--image-cache", "none"], 2, "--image-cache: is for pictures in files"],
    ["a column of files", ["--file-column", "n"], 2, "--file-column: is for pictures in files"],
    ["bad pictures", ["--bad-images", "skip"], 2, "--bad-images: is for pictures in files"],
    ["to overwrite it", ["--out", "p.npy"], 2, '--out: "p.npy" is the data itself; give another name'],
  ])("refuses %s", async (_, options, expected, message) => {
    const { code, stderr } = await train(...given, ...options);
    expect(stderr).toContain(`error: ${message}`);
    expect(code).toBe(expected);
  });

  test.each<[string, string[], string]>([
    ["no file", ["labels.csv", "--images", "none.npy"], "none.npy: there is no such file; check the path"],
    [
      "another count",
      ["short.csv", "--images", "p.npy"],
      "p.npy: holds 12 pictures, and short.csv has 11 rows",
    ],
    [
      "a file that is none",
      ["labels.csv", "--images", "labels.csv"],
      "labels.csv: is a file, where a folder",
    ],
    [
      "no folder",
      ["labels.csv", "--images", "nowhere"],
      "error: nowhere: there is no such file; check the path",
    ],
    [
      "a target of words",
      ["words.csv", "--images", "p.npy"],
      'words.csv:2: column "angle" is "left", not a number',
    ],
    ["no table", ["--images", "p.npy"], "p.npy: holds pictures without labels; give a table"],
    [
      "half a file",
      ["labels.csv", "--images", "half.npy"],
      "half.npy: has 1000 bytes where 3008 belong; it is cut short",
    ],
    [
      "floats",
      ["labels.csv", "--images", "floats.npy"],
      "floats.npy: holds 12 × 1 × 2 float32; save pictures as",
    ],
    ["a text", ["labels.csv", "--images", "text.npy"], "text.npy: is no NumPy array: it looks like a text"],
    [
      "an archive",
      ["labels.csv", "--images", "packed.npz"],
      "packed.npz: is no NumPy array: it looks like a zip",
    ],
  ])("refuses %s", async (_, args, message) => {
    const { code, stderr } = await train(...args, "--target", "angle");
    expect(stderr).toContain("error: ");
    expect(stderr).toContain(message);
    expect(code).toBe(3);
  });
});
