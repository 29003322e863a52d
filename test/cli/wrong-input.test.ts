import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeWorkplace, tableOf } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);
beforeAll(() => {
  place.write(
    "ok.csv",
    tableOf(20, (x) => x * x),
  );
  mkdirSync(join(place.folder, "folder"));
  place.write("book.csv", "PK\u0003\u0004\0\0");
});

async function failure(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await place.run(...args);
  expect(stdout).toBe("");
  return { code, stderr: stderr.trimEnd() };
}

/** A table whose row 5 has this as x. */
const withCell = (cell: string) => tableOf(20, (x) => x * x, 1).replace("\n5,", `\n${cell},`);

describe("data that can't be used is refused with its place, and exit code 3", () => {
  test.each([
    ["an empty file", "", "error: d.csv: is empty; give a table with a header and rows"],
    ["a header only", "x,y\n", "error: d.csv: has a header and no rows; give at least some examples"],
    ["one row", "x,y\n1,2\n", 'error: d.csv: column "y" is "2" in every row; there is nothing to learn'],
    [
      "a text as the target",
      "x,y\n1,red\n2,blue\n3,red\n",
      'error: d.csv: column "y" holds texts such as "red"; a target must be a number',
    ],
    [
      "a constant target",
      tableOf(20, () => 7),
      'error: d.csv: column "y" is "7" in every row; there is nothing to learn',
    ],
    [
      "one column",
      "y\n1\n2\n3\n4\n",
      "error: d.csv: has no column to predict from, besides the target; add one",
    ],
    ["an unknown target", "x,Y2\n1,2\n3,4\n", 'error: d.csv: has no column "y"; its columns are "x", "Y2"'],
    [
      "inputs that do not vary",
      "x,y\n7,1\n7,2\n7,3\n",
      'error: d.csv: has no column to predict from, besides the target: "x" is left out, the same value in every row; add one',
    ],
    [
      "two rows",
      "x,y\n1,2\n3,4\n",
      "error: d.csv: has 2 usable rows, of which 2 would train; at least 3 are needed",
    ],
    [
      "no header",
      "1,2\n3,4\n5,6\n",
      'error: d.csv: has no column "y": no header was found, and columns are named x1 to x2; --header yes takes the first line for it',
    ],
    [
      "a short row",
      "x,y\n1,2\n3\n",
      "error: d.csv:3: has 1 cell where the header has 2; check the quotes and the delimiter (taken to be a comma)",
    ],
    [
      "a long row",
      "x,y\n1,2\n3,4,5\n",
      "error: d.csv:3: has 3 cells where the header has 2; check the quotes and the delimiter (taken to be a comma)",
    ],
    [
      "a text among numbers",
      withCell("abc"),
      'error: d.csv:7: column "x" is "abc", not a number; mend it, leave it empty if the value is missing, or --ignore the column',
    ],
    [
      "infinity",
      withCell("inf"),
      'error: d.csv:7: column "x" is "inf", not a finite number; mend it, leave it empty if the value is missing, or --ignore the column',
    ],
    [
      "a number that is too large",
      withCell("1e999"),
      'error: d.csv:7: column "x" is "1e999", not a finite number; mend it, leave it empty if the value is missing, or --ignore the column',
    ],
  ])("%s", async (_, text, stderr) => {
    place.write("d.csv", text);
    expect(await failure("train", "d.csv", "--target", "y")).toEqual({ code: 3, stderr });
  });

  test("control characters of a file do not reach the terminal", async () => {
    place.write("d.csv", withCell("\u001b[2Jgone"));
    expect((await failure("train", "d.csv", "--target", "y")).stderr).toContain('is "\ufffd[2Jgone"');
  });

  test("NaN where missing values are refused", async () => {
    place.write("d.csv", withCell("NaN"));
    expect(await failure("train", "d.csv", "--target", "y", "--missing", "refuse")).toEqual({
      code: 3,
      stderr:
        'error: d.csv:7: column "x" is "NaN", no value; --missing auto fills it, --missing drop leaves the row out',
    });
  });
});

describe("files that can't be used are refused, with exit code 3", () => {
  test.each([
    ["missing data", ["no.csv"], "error: no.csv: there is no such file; check the path"],
    ["a folder as data", ["folder"], "error: folder: is a folder; give a file"],
    [
      "a model in a missing folder",
      ["ok.csv", "--out", "no/m"],
      'error: no/m: there is no folder "no"; create it or give another place',
    ],
    [
      "a folder as the model",
      ["ok.csv", "--out", "folder"],
      "error: folder: is a folder; give the name of a file",
    ],
    [
      "a folder as the report",
      ["ok.csv", "--report", "folder"],
      "error: folder: is a folder; give the name of a file",
    ],
    [
      "a model in a place that goes through a file",
      ["ok.csv", "--out", "ok.csv/m"],
      "error: ok.csv/m: a part of its path is a file, not a folder; check the path",
    ],
    [
      "a workbook as data",
      ["book.csv"],
      "error: book.csv: is no table: it looks like a zip archive (a PyTorch, Keras or Excel file is one); give CSV, TSV, JSON or JSON lines",
    ],
    [
      "missing configuration",
      ["ok.csv", "--config", "no.json"],
      "error: no.json: there is no such file; check the path",
    ],
    [
      "missing test rows",
      ["ok.csv", "--test-rows", "no.json"],
      "error: no.json: there is no such file; check the path",
    ],
  ])("%s", async (_, args, stderr) => {
    expect(await failure("train", ...args, "--target", "y")).toEqual({ code: 3, stderr });
  });

  test("a table in place of a model", async () => {
    expect(await failure("predict", "ok.csv", "ok.csv")).toEqual({
      code: 3,
      stderr:
        "error: ok.csv: is not a gramian model: it looks like a CSV table; give a file that gramian train wrote",
    });
  });

  test("a configuration that is no JSON", async () => {
    const { code, stderr } = await failure("train", "ok.csv", "--target", "y", "--config", "ok.csv");
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: ok\.csv: is not JSON: .*; mend it there$/);
  });

  test("test rows that are no rows", async () => {
    place.write("rows.json", "[0, 1.5]");
    expect(await failure("train", "ok.csv", "--target", "y", "--test-rows", "rows.json")).toEqual({
      code: 3,
      stderr:
        "error: rows.json: entry 1 is 1.5, not a row number; write whole numbers from 0, for example [0, 7, 12]",
    });
  });
});

describe("what this machine can't do is refused, with exit code 5", () => {
  test("a network that no memory holds", async () => {
    const { code, stderr } = await failure("train", "ok.csv", "--target", "y", "--hidden", "1000000000");
    expect(code).toBe(5);
    expect(stderr.split("\n").at(-1)).toBe(
      "error: allocate: 22888.2 MiB more do not fit beside the 0.0 MiB in use (limit 4096.0 MiB); use a smaller batch, a narrower network or float32",
    );
  });
});

describe("data that looks bad but can be used is used, and what was done is said", () => {
  const quick = ["--hidden", "3", "--max-steps", "2", "--out", "odd.gramian"];
  const said = async (text: string, ...options: string[]) => {
    place.write("odd.csv", text);
    const { code, stderr } = await place.run("train", "odd.csv", "--target", "y", ...quick, ...options);
    for (const name of ["odd.csv", "odd.gramian"]) rmSync(join(place.folder, name));
    expect(code).toBe(0);
    return stderr;
  };

  test("NaN is a missing value", async () => {
    expect(await said(withCell("NaN"))).toContain(
      'x       1 missing (the first in line 7 is "NaN"; their mean is taken, and a column says where)',
    );
    expect(await said(tableOf(20, (x) => (x === 0.5 ? Number.NaN : x * x)))).toContain(
      '(rows)  1 left out (no value of "y"; the first is line 7)',
    );
  });

  test("a column whose name is repeated has a name of its own", async () => {
    const text = tableOf(20, (x) => x * x).replace(/^(.*),/gm, "$1,$1,");
    const output = await said(text);
    expect(output).toContain('  column 2 repeats the name "x": called "x_2"\n');
    expect(output).toContain('x_2     left out (the same as "x")');
  });

  test("there are more columns than rows", async () => {
    const names = Array.from({ length: 30 }, (_, j) => `c${j}`);
    const rows = Array.from({ length: 12 }, (_, i) => names.map((_, j) => Math.sin(i * (j + 1))).join(","));
    expect(
      await said(`y,${names.join(",")}\n${rows.map((row, i) => `${i * i},${row}`).join("\n")}\n`),
    ).toContain("inputs  30 columns");
  });

  test.each(["1e295", "1e-295"])("numbers are of the size %s", async (size) => {
    const text = tableOf(20, (x) => x * x).replace(
      /,([0-9.]+)$/gm,
      (_, y: string) => `,${Number(y) * Number(size)}`,
    );
    const result = (await said(text)).split("\n").find((line) => line.startsWith("  this model"))!;
    expect(result).toMatch(/^ {2}this model( +[0-9.]+e-?29\d){4} +-?[0-9.]+$/);
  });
});

describe("a command that can't be understood is refused, with exit code 2", () => {
  test.each([
    ["--hidden 0", "error: --hidden: 0 is out of range; it must be a whole number of at least 1"],
    ["--hidden abc", 'error: --hidden: "abc" is not a number; it must be a whole number of at least 1'],
    ["--time-limit -1", 'error: --time-limit: "-1" is not a time above 0; write for example 30s, 5m or 1.5h'],
    ["--time-limit 5", 'error: --time-limit: "5" is not a time above 0; write for example 30s, 5m or 1.5h'],
    ["--activation tan", 'error: --activation: "tan" is unknown; did you mean "tanh"?'],
    ["--optimizer adm", 'error: --optimizer: "adm" is unknown; did you mean "adam"?'],
    ["--seed 1.5", "error: --seed: 1.5 is out of range; it must be a whole number of at least 0"],
    ["--validation 1", "error: --validation: 1 is out of range; it must be a share in [0, 1)"],
    ["--learning-rate 0x10", 'error: --learning-rate: "0x10" is not a number; it must be a number above 0'],
    [
      "--learning-rate 1e999",
      "error: --learning-rate: 1e999 is too large for a number; it must be a number above 0",
    ],
    ["--batch-size 0", "error: --batch-size: 0 is out of range; it must be a whole number of at least 1"],
    ["--hiden 3", "error: unknown option '--hiden'\n(Did you mean --hidden?)"],
    ["--out ok.csv", 'error: --out: "ok.csv" is the data itself; give another name'],
    ["--out m --report m", 'error: --report: "m" is where the model goes; give another name'],
    ["--ignore a,b,a", 'error: --ignore: names "a" twice; name it once'],
    ["--ignore a,,b", 'error: --ignore: "a,,b" has an empty name; separate names by single commas'],
  ])("%s", async (options, stderr) => {
    expect(await failure("train", "ok.csv", "--target", "y", ...options.split(" "))).toEqual({
      code: 2,
      stderr,
    });
  });

  test("a target that is named twice", async () => {
    expect(await failure("train", "ok.csv", "--target", "y,y")).toEqual({
      code: 2,
      stderr: 'error: --target: names "y" twice; name it once',
    });
  });

  test("no target", async () => {
    expect(await failure("train", "ok.csv")).toEqual({
      code: 2,
      stderr:
        "error: --target: is missing; name the column to predict. `gramian inspect ok.csv` lists the columns",
    });
  });

  test("no data", async () => {
    for (const command of [["train"], ["predict", "model.gramian"], ["evaluate", "model.gramian"]])
      expect(await failure(...command)).toEqual({
        code: 2,
        stderr: "error: <data>: is missing; give a table, or --images and a folder or array of pictures",
      });
  });

  test("an unknown command", async () => {
    expect(await failure("trian")).toEqual({
      code: 2,
      stderr: "error: unknown command 'trian'\n(Did you mean train?)",
    });
  });

  test("a configuration with an unknown name, a value out of range, or no object", async () => {
    const withConfig = (text: string) => {
      place.write("run.json", text);
      return failure("train", "ok.csv", "--target", "y", "--config", "run.json");
    };
    expect(await withConfig('{"hiden": [3]}')).toEqual({
      code: 2,
      stderr: 'error: run.json: "hiden": is unknown; did you mean "hidden"?',
    });
    expect(await withConfig('{"hidden": [0]}')).toEqual({
      code: 2,
      stderr: 'error: run.json: "hidden": 0 is out of range; it must be a whole number of at least 1',
    });
    expect(await withConfig("[]")).toEqual({
      code: 3,
      stderr: 'error: run.json: is not a JSON object; write for example {"target": ["price"]}',
    });
  });

  test("none of them changes the data, or leaves anything behind", () => {
    const written = ["ok.csv", "book.csv", "d.csv", "rows.json", "run.json", "folder"];
    expect(readdirSync(place.folder).sort()).toEqual(written.sort());
    expect(readdirSync(join(place.folder, "folder"))).toEqual([]);
    expect(readFileSync(join(place.folder, "ok.csv"), "utf8")).toBe(tableOf(20, (x) => x * x));
  });
});
