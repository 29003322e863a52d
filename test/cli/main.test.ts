import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { encodeDefaults } from "../../src/data/plan-columns.ts";
import { splitDefaults } from "../../src/data/split-rows.ts";
import { fitDefaults } from "../../src/model/options.ts";
import { makeWorkplace } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);

const cli = fileURLToPath(new URL("../../src/cli", import.meta.url));

describe("gramian", () => {
  test("shows its help and its version on standard output", async () => {
    const help = await place.run("--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["inspect", "train", "predict", "evaluate", "compare", "explain"])
      expect(help.stdout).toContain(`\n  ${command} `);
    const { version } = JSON.parse(readFileSync(join(cli, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect(await place.run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("shows the defaults of the library", async () => {
    const { stdout } = await place.run("help", "train");
    const text = stdout.replace(/\s+/g, " ");
    const { activation, optimizer, validation, seed, dtype, kernels } = fitDefaults;
    const { missing, dates } = encodeDefaults;
    for (const [flag, value] of Object.entries({
      activation,
      optimizer,
      validation,
      test: splitDefaults.test,
      seed,
      dtype,
      kernels,
      missing,
      dates,
    }))
      expect(text).toMatch(new RegExp(`--${flag} <\\w+> [^()]*\\(default: ${value}\\)`));
  });

  test.each(["inspect", "train", "predict", "evaluate", "compare", "explain"])(
    "has examples in the help of %s",
    async (command) => {
      const { code, stdout } = await place.run(command, "--help");
      expect(code).toBe(0);
      expect(stdout).toContain(`Examples:\n  gramian ${command} `);
    },
  );

  test("loads nothing but commander before it knows the command", () => {
    expect(staticImports(join(cli, "main.ts"))).toEqual(["commander", "node:fs"]);
  });
});

/** Packages that a file loads at once, itself or through other files. */
function staticImports(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const names = [...text.matchAll(/^import (?!type )[^;]*?from "([^"]+)";/gm)].map((match) => match[1]!);
  const all = names.flatMap((name) =>
    name.startsWith(".") ? staticImports(join(dirname(file), name)) : [name],
  );
  return [...new Set(all)].sort();
}
