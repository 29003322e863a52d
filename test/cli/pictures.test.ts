import { once } from "node:events";
import { existsSync, linkSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/model/model.ts";
import { encode, sharp, writeInto } from "../data/images/pictures.ts";
import { finish, jsonLines, makeWorkplace } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);

const count = 12;
const rows = Array.from({ length: count }, (_, i) => i);
const angles = `name,angle\n${rows.map((i) => `${i}.png,${i - 5}`).join("\n")}\n`;

const write = async (folder: string, files: readonly string[]) => {
  for (const [i, file] of files.entries())
    writeInto(join(place.folder, folder), file, await encode("png", i, { height: 8, width: 8 }));
};

beforeAll(async () => {
  if (!sharp) return;
  await write(
    "drive",
    rows.map((i) => `${i}.png`),
  );
  place.write("angles.csv", angles);
  await write(
    "turned",
    rows.map((i) => `${10 * (i % 3)}.5/${i}.png`),
  );
  await write(
    "AFAD-Lite",
    rows.map((i) => `${18 + (i % 4)}/${i % 2 ? 111 : 112}/${i}.png`),
  );
  await write(
    "bones/boneage-training-dataset",
    rows.map((i) => `${1377 + i}.png`),
  );
  place.write(
    "boneage.csv",
    `id,boneage,male\n${rows.map((i) => `${1377 + i},${20 * i},${i % 2 ? "True" : "False"}`).join("\n")}\n`,
  );
  writeInto(join(place.folder, "drive"), "bad.png", "no picture");
});

const small = ["--image-size", "8x8", "--max-steps", "2", "--image-cache", "none"];
const drive = ["angles.csv", "--images", "drive", "--target", "angle"];
const none = ["--image-cache", "none"];
const train = (...args: string[]) => place.run("train", ...args, ...small);
const path = (name: string) => join(place.folder, name);

describe.skipIf(!sharp)("gramian train --images", () => {
  test("takes a table that names pictures; says what it found, and writes model and report", async () => {
    const { code, stdout, stderr } = await train(...drive, "--out", "drive.gramian", "--report", "d.html");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const lines = stderr.split("\n");
    expect(lines[0]).toBe("drive: 12 pictures");
    expect(lines[1]).toBe('  12 rows of angles.csv, pictures named by "name" in drive');
    expect(lines[2]).toBe("  12 pictures of 8 × 8 × 3, 0.0023 MB: not kept for the next time");
    expect(stderr).toContain(
      "average of its weights (mini-batches of a network with more parameters than pictures)",
    );
    expect(lines.at(-2)).toBe("wrote drive.gramian and d.html");
    expect(readFileSync(path("d.html"), "utf8")).toContain("angle from the pictures in drive");
    const { header } = await load(path("drive.gramian"));
    expect(header.pictures!.shape).toEqual({ height: 8, width: 8, channels: 3 });
    expect(header.dtype).toBe("float32");
  });

  test("takes the numbers that folders are named by", async () => {
    const { code, stderr } = await train("--images", "turned", "--out", "turned.gramian");
    expect(code).toBe(0);
    expect(stderr).toContain(
      'one folder per label: 12 pictures in 3 folders, whose names are the target "label"',
    );
  });

  test("takes AFAD", async () => {
    const { code, stderr } = await train(
      "--images",
      "AFAD-Lite",
      "--out",
      "ages.gramian",
      "--network",
      "resnet-20",
    );
    expect(code).toBe(0);
    expect(stderr).toContain(
      "recognized the layout of AFAD, <age>/<sex>/<file>: 12 pictures, 6 male, 6 female",
    );
    const { encoder, members } = (await load(path("ages.gramian"))).header;
    expect(encoder.targets.map(({ column }) => column)).toEqual(["age"]);
    expect(members[0]!.network.inputs).toBe(192);
  });

  test("takes RSNA Bone Age, gray", async () => {
    const bones = ["boneage.csv", "--images", "bones", "--channels", "1", "--out", "bones.gramian"];
    const { code, stderr } = await train(...bones);
    expect(code).toBe(0);
    expect(stderr).toContain("recognized RSNA Bone Age: 12 rows of boneage.csv");
    expect((await load(path("bones.gramian"))).header.pictures!.shape.channels).toBe(1);
  });

  test("writes lines of JSON, the result last", async () => {
    const { code, stdout } = await train(
      ...drive,
      "--json",
      "--quiet",
      "--split",
      "blocks",
      "--augment",
      "flip=negate,shift=1",
    );
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(new Set(lines.slice(0, -1).map(({ event }) => event))).toEqual(new Set(["step"]));
    const parts = { train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) };
    expect(lines.at(-1)).toMatchObject({
      event: "result",
      rows: 12,
      inputs: 192,
      outputs: 1,
      parameters: expect.any(Number),
      optimizer: expect.any(String),
      kernels: expect.any(String),
      dtype: "float32",
      steps: 2,
      seconds: expect.any(Number),
      stop: { reason: "max-steps", message: expect.any(String) },
      rmse: parts,
      r2: parts,
      baseline: {
        mean: { rmse: { test: expect.any(Number) } },
        ridge: { rmse: { test: expect.any(Number) } },
      },
    });
  });

  test("names bad pictures and ends; or leaves them out", async () => {
    place.write("bad.csv", `${angles}bad.png,3\nmissing.png,4\n`);
    const bad = ["bad.csv", "--images", "drive", "--target", "angle", "--out", "bad.gramian"];
    const stopped = await train(...bad);
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain("1 of 14 pictures can't be used:\n  missing.png: there is no such file");
    expect(existsSync(path("bad.gramian"))).toBe(false);
    const { code, stderr, stdout } = await train(...bad, "--bad-images", "skip", "--json");
    expect(code).toBe(0);
    expect(stderr).toContain("2 of 14 pictures can't be used:");
    expect(stderr).toMatch(/ {2}bad\.png: .*\n.*missing\.png: there is no such file/);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ rows: 12 });
  });

  test.each<[string, string[], number, string]>([
    ["no folder", ["--images", "nowhere"], 3, "error: nowhere: there is no such file; check the path\n"],
    [
      "options of a table's columns",
      ["angles.csv", "--images", "drive", "--target", "angle", "--ignore", "file"],
      2,
      "--ignore: is for columns of a table, and of a table of pictures only the target is read; leave it out\n",
    ],
    [
      "pictures' options without pictures",
      ["angles.csv", "--target", "angle", "--augment", "flip"],
      2,
      ": is for pictures; give --images and their folder or array, or leave it out\n",
    ],
    [
      "no data at all",
      ["--target", "y"],
      2,
      "error: <data>: is missing; give a table, or --images and a folder or array of pictures\n",
    ],
    [
      "no target",
      ["angles.csv", "--images", "drive"],
      3,
      "error: angles.csv: needs a target; name the column to predict\n",
    ],
    [
      "an unknown change",
      [...drive, "--augment", "turn"],
      2,
      'error: --augment: "turn" is unknown; use some of flip, shift=<pixels>, crop=<pixels>\n',
    ],
    [
      "flip of another kind",
      [...drive, "--augment", "flip=up"],
      2,
      "error: --augment: flip=up is unknown; use flip or flip=negate\n",
    ],
    [
      "no pixels",
      [...drive, "--augment", "shift=x"],
      2,
      'error: --augment: shift: "x" is no number of pixels; write for example 3\n',
    ],
    [
      "hidden layers",
      [...drive, "--hidden", "4"],
      2,
      "error: options.hidden: a network of pictures has more than hidden layers",
    ],
    [
      "other channels",
      [...drive, "--channels", "2"],
      2,
      'error: --channels: "2" is unknown; known are 1, 3\n',
    ],
    [
      "an unknown column of files",
      [...drive, "--file-column", "nam"],
      3,
      'error: angles.csv: has no column "nam"; did you mean "name"?\n',
    ],
  ])("refuses %s", async (_, args, expectedCode, message) => {
    const { code, stderr } = await train(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(expectedCode);
  });

  test.each(["8x", "8x8x3", "wide", "0x8"])("refuses --image-size %s", async (size) => {
    const { code, stderr } = await place.run("train", ...drive, "--image-size", size);
    expect(stderr).toMatch(/^error: --image-size: .*\n$/);
    expect(code).toBe(2);
  });
});

describe.skipIf(!sharp)("gramian predict and evaluate --images", () => {
  beforeAll(async () => {
    for (const [out, ...args] of [
      ["p.gramian", ...drive],
      ["b.gramian", "boneage.csv", "--images", "bones"],
    ])
      expect((await train(...args, "--out", out!)).code).toBe(0);
  });

  test("writes a row for each picture that a table names", async () => {
    const { code, stdout, stderr } = await place.run(
      "predict",
      "p.gramian",
      "angles.csv",
      "--images",
      "drive",
      ...none,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [head, ...lines] = stdout.trimEnd().split("\n");
    expect(head).toBe("file,angle");
    expect(lines.map((line) => line.split(",")[0])).toEqual(rows.map((i) => `${i}.png`));
    expect(lines.every((line) => Number.isFinite(Number(line.split(",")[1])))).toBe(true);
  });

  test("predicts all pictures of a folder to a file; names those that can't be read", async () => {
    const args = ["predict", "p.gramian", "--images", "drive", "--out", "p.csv", ...none];
    expect(await place.run(...args)).toMatchObject({ code: 3, stderr: expect.stringContaining("bad.png") });
    const { code, stderr } = await place.run(...args, "--bad-images", "skip");
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^wrote 12 pictures to p\.csv\nerror: 1 picture could not be read\n {2}bad\.png: can't be decoded/,
    );
    const lines = readFileSync(path("p.csv"), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(14);
    expect(lines).toContain("bad.png,");
  });

  test("predicts the pictures of a table of RSNA Bone Age, which names them by number", async () => {
    const args = ["predict", "b.gramian", "boneage.csv", "--images", "bones", ...none];
    const { code, stdout, stderr } = await place.run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      "file,boneage",
      expect.stringMatching(/^1377\.png,-?[0-9.e-]+$/),
    ]);
  });

  test("evaluates, for people and for programs", async () => {
    const args = ["evaluate", "p.gramian", "angles.csv", "--images", "drive", ...none];
    const { code, stdout, stderr } = await place.run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^target {2}rows +RMSE +MAE +R²\nangle +12( +[-0-9.e]+){3}\n$/);
    const json = await place.run(...args, "--json");
    expect(jsonLines(json.stdout)).toMatchObject([{ event: "evaluation", rows: 12, skipped: 0 }]);
    const bones = await place.run("evaluate", "b.gramian", "boneage.csv", "--images", "bones", ...none);
    expect(bones.stdout).toMatch(/\nboneage +12 /);
  });

  test("tells pictures without a target from those that can't be read", async () => {
    place.write("holes.csv", "name,angle\n0.png,1\n1.png,\n2.png,2\nbad.png,3\nmissing.png,\n");
    const args = ["evaluate", "p.gramian", "holes.csv", "--images", "drive", ...none, "--bad-images", "skip"];
    const { code, stdout, stderr } = await place.run(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nangle +2 /);
    expect(stderr).toMatch(
      /^note: 1 picture without a target left out\n {2}1\.png\nnote: 2 pictures could not be read, left out\n {2}bad\.png: can't be decoded.*\n {2}missing\.png: there is no such file.*\n$/,
    );
    const json = await place.run(...args, "--json");
    expect(jsonLines(json.stdout)).toMatchObject([{ rows: 2, skipped: 1, unreadable: 2 }]);
  });

  test("says which of both a model was fitted to", async () => {
    expect(await place.run("predict", "p.gramian", "angles.csv")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("use predictPictures, or --images on the command line"),
    });
    expect(await place.run("predict", "p.gramian")).toMatchObject({ code: 2 });
  });
});

test.skipIf(!sharp)("Ctrl-C while pictures are decoded ends with 130, and leaves no model", async () => {
  // Links to one large picture: a machine that says how far it is after 2 s has many left.
  const large = await encode("jpeg", 1, { height: 900, width: 1200 });
  const first = writeInto(path("many"), "0/0.jpg", large);
  mkdirSync(path("many/1"));
  for (let i = 1; i < 5000; i++) linkSync(first, path(`many/${i % 2}/${i}.jpg`));
  const child = place.start("train", "--images", "many", ...none, "--out", "many.gramian");
  const ended = finish(child);
  await once(child.stderr!, "data");
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/^decoded \d+ of 5000, /);
  expect(stderr.trimEnd().split("\n").at(-1)).toBe("interrupted before the training: no model was written");
  expect(code).toBe(130);
  expect(existsSync(path("many.gramian"))).toBe(false);
});
