import { mkdirSync, readFileSync } from "node:fs";
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

  test("test rows that are no rows", async () => {
    place.write("rows.json", "[0, 1.5]");
    expect(await failure("train", "ok.csv", "--target", "y", "--test-rows", "rows.json")).toEqual({
      code: 3,
      stderr:
        "error: rows.json: entry 1 is 1.5, not a row number; write whole numbers from 0, for example [0, 7, 12]",
    });
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
    ["--ignore a,,b", 'error: --ignore: "a,,b" has an empty name; separate names by single commas'],
  ])("%s", async (options, stderr) => {
    expect(await failure("train", "ok.csv", "--target", "y", ...options.split(" "))).toEqual({
      code: 2,
      stderr,
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
    expect(await failure("train")).toEqual({ code: 2, stderr: "error: missing required argument 'data'" });
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

  test("none of them changes the data", () => {
    expect(readFileSync(join(place.folder, "ok.csv"), "utf8")).toBe(tableOf(20, (x) => x * x));
  });
});
