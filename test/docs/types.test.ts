import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Programs in TypeScript that import the package as its users do. */
const programs: Readonly<Record<string, string>> = {
  readme: /```js\n([\s\S]*?)```/.exec(read("README.md"))![1]!,
  docstring: `import { fit } from "gramian";\n${exampleOf("src/model/fit.ts")}\nconsole.log(four?.toFixed(1));`,
  layouts: `
    import { fit, fitTable, load, predictTable, readTable, type Model, type NumberRows } from "gramian";
    import type { Optimizer, Problem, Space, StepReport } from "gramian/methods";
    import { emptyReport } from "gramian/methods";
    import { fitPictures } from "gramian/pictures";
    import * as saved from "gramian/predict";

    const numbers: number[] = await (await fit([1, 2, 3], [1, 2, 3])).predict([1]);
    const rows: number[][] = await (await fit([[1], [2]], [[1], [2]])).predict([1]);
    const data = new Float32Array(4);
    const shaped = await (await fit({ data, shape: [2, 2] }, { data, shape: [2, 2] })).predict([[1, 2]]);
    const typed: Float64Array = shaped.data;
    const any: NumberRows = JSON.parse("[1]");
    const unknown: Model = await fit(any, any);
    // @ts-expect-error: which of three layouts it is, is not known.
    const wrong: number[] = await unknown.predict([1]);
    const { model } = await fitTable(await readTable("cars.csv"), { targets: ["mpg"] });
    const fromTable: number[][] = await model.predict([[1]]);
    const { values } = predictTable(await load("m.gramian"), await readTable("cars.csv"));
    const small = saved.predictTable(await saved.load("m.gramian"), await readTable("cars.csv"));
    await fitPictures({ images: "frames" }, { onStep: ({ loss }) => loss.toFixed(), onEpoch: ({ train }) => train.toFixed() });

    const report: StepReport = { ...emptyReport(), accepted: true };
    const mine: Optimizer<{ rate: number }> = {
      name: "mine",
      init: ({ parameters }: Space) => ({ rate: 1 / parameters }),
      plan(space) {
        const gradient = space.vector();
        return ({ rate }, { residuals, linearization }: Problem, { flat: theta }) => {
          linearization.pullback(residuals, gradient);
          space.kernels.axpy(space.parameters, -rate, gradient.flat, theta);
          return report;
        };
      },
    };
    await fit([1, 2, 3], [1, 2, 3], { optimizer: mine });
    export { fromTable, numbers, rows, small, typed, values, wrong };`,
};

/** The code of an @example. */
function exampleOf(path: string): string {
  const [, lines] = /@example\n([\s\S]*?)\*\//.exec(read(path))!;
  return lines!.replace(/^ *\* ?/gm, "");
}

test("the examples of README and docstrings, and predictions laid out as the targets were, have the types they say", () => {
  const parent = join(root, "build");
  mkdirSync(parent, { recursive: true });
  // In the package, so that its name stands for what was built.
  const folder = mkdtempSync(join(parent, "types-"));
  try {
    for (const [name, program] of Object.entries(programs))
      writeFileSync(join(folder, `${name}.mts`), program);
    const config = {
      extends: "../../tsconfig.json",
      compilerOptions: { rootDir: root, noUnusedLocals: false },
      include: ["."],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    expect(compile(tsc, folder)).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

function compile(tsc: string, folder: string): string {
  try {
    return execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
