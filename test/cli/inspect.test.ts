import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, makeWorkplace } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);

beforeAll(() => {
  const rows = Array.from({ length: 12 }, (_, i) =>
    [
      i ** 2,
      i % 3 === 0 ? "" : i / 4,
      ["red", "blue"][i % 2],
      7,
      `2024-01-${10 + i}`,
      i === 4 ? "n/k" : i + 0.5,
    ].join(","),
  );
  place.write("t.csv", `size,width,colour,same,day,mixed\n${rows.join("\n")}\n`);
});

describe("gramian inspect", () => {
  test("shows each column and what would be done with it", async () => {
    const { code, stdout, stderr } = await place.run("inspect", "t.csv");
    expect(code).toBe(0);
    expect(stderr).toBe("t.csv: 12 rows, 6 columns\n");
    expect(stdout).toMatchInlineSnapshot(`
      "column  holds     missing  distinct  values                    as an input
      size    number          0        12  0 to 121, median 30.5     number
      width   number          4         8  0.25 to 2.75, median 1.5  number; 4 missing: the first in line 2; their mean is taken, and a column says where
      colour  category        0         2  blue (6), red (6)         category
      same    constant        0         1  7                         left out: the same value in every row
      day     date            0        12  2024-01-10                left out: dates; --dates days takes them as days since 1970-01-01
      mixed   mixed           0        12                            an error: line 6 is "n/k", not a number
      "
    `);
  });

  test("writes a line of JSON for each", async () => {
    const { stdout } = await place.run("inspect", "t.csv", "--json");
    const lines = jsonLines(stdout);
    expect(lines.map(({ name }) => name)).toEqual(["size", "width", "colour", "same", "day", "mixed"]);
    expect(lines[1]).toMatchObject({ event: "column", kind: "number", missing: 4 });
    expect(lines[1]!.use).toMatch(/^number; 4 missing: /);
  });

  test("shows columns of a table that can't be an input at all", async () => {
    place.write("same.csv", "a,b\n1,x\n1,x\n1,x\n");
    const { code, stdout } = await place.run("inspect", "same.csv");
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line.includes("left out"))).toHaveLength(2);
  });
});
