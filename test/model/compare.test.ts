import { describe, expect, test } from "vitest";
import { parseTable } from "../../src/data/read-table.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { linearize } from "../../src/linearization/linearize.ts";
import { type ComparedRun, type CompareOptions, compareTable } from "../../src/model/compare.ts";
import { type Examples, matrixInputs } from "../../src/model/examples.ts";
import { fitTable } from "../../src/model/fit.ts";
import { gramSpectrum } from "../../src/model/gram-spectrum.ts";
import { type OptimizerName, optimizerNames } from "../../src/model/named-optimizers.ts";
import { compareDefaults } from "../../src/model/option-table.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { quick, surface } from "./surfaces.ts";

const { inputs, targets } = surface(60, 2);
const lines = inputs.map(([a, b], i) => [a, b, ...targets[i]!].join(","));
const table = parseTable(`a,b,y,z\n${lines.join("\n")}\n`, "d.csv");

const rowNumbers = Int32Array.from({ length: 60 }, (_, i) => i);

const shared = { ...quick, targets: ["y"], ignore: ["z"], test: 0.2 } as const;
const compare = (options: Partial<CompareOptions> = {}) => compareTable(table, { ...shared, ...options });

/** What does not depend on the clock. */
function lasting({ report: { seconds, history, ...report } }: Pick<ComparedRun, "report">) {
  return {
    ...report,
    history: history.map(({ seconds: _, secondsLeft, ...event }) => event),
  };
}

describe("compareTable", () => {
  test("starts all optimizers that there are from the same network on the same rows", async () => {
    const { runs } = await compare({ optimizers: optimizerNames });
    expect(runs.map(({ optimizer }) => optimizer)).toEqual(optimizerNames);
    const starts = runs.map(({ report: { history, rows } }) => {
      const { step, train, validation } = history[0]!;
      return { step, train, validation, rows };
    });
    expect(starts[0]).toMatchObject({ step: 0, rows: { train: 41, validation: 7, test: 12 } });
    for (const start of starts) expect(start).toEqual(starts[0]);
  });

  test.each(["gram-gauss-newton", "levenberg-marquardt", "adam"] as const)(
    "does with %s what a fit does, whatever runs before it",
    async (optimizer) => {
      const { runs } = await compare({ optimizers: ["sgd", optimizer], batchSize: 16 });
      const { model } = await fitTable(table, { ...shared, optimizer, batchSize: 16 });
      expect(lasting(runs[1]!)).toEqual(lasting(model));
    },
  );

  test("has no polish where auto begins with mini-batches, and does not speak of it", async () => {
    const many = surface(6000);
    const csv = many.inputs.map(([a, b], i) => [a, b, many.targets[i]![0]].join(",")).join("\n");
    const started: string[] = [];
    const { runs } = await compareTable(parseTable(`a,b,y\n${csv}\n`, "many.csv"), {
      test: 0,
      ...quick,
      targets: ["y"],
      optimizers: ["auto"],
      onStart: (_, decisions) => started.push(...decisions.map(({ what }) => what)),
    });
    expect(runs[0]!.batchSize).toBe(256);
    expect(started).toContain("batch");
    for (const names of [started, runs[0]!.report.decisions.map(({ what }) => what)])
      expect(names).not.toContain("polish");
  });

  test("measures the network that each optimizer found, also with auto on a straight line", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i},${3 * i + Math.sin(1000 * i)}`);
    const line = parseTable(`x,y\n${rows.join("\n")}\n`, "line.csv");
    const { runs } = await compareTable(line, { ...quick, targets: ["y"], optimizers: optimizerNames });
    const ratios = runs.map(({ report: { errors, history, bestEpoch } }) => {
      return errors.rmse.train! / history[bestEpoch]!.train;
    });
    // The deviation of the target, from errors that both come from 51 residuals of the size of rounding × 1000 or more.
    for (const ratio of ratios) expect(Math.abs(ratio / ratios[0]! - 1)).toBeLessThan(1e-9);
    expect(new Set(runs.map(({ report }) => report.network))).toEqual(new Set(["1-4-1 tanh"]));
  });

  test("gives all the same shape where none is asked for", async () => {
    const { hidden, ...open } = shared;
    const { runs } = await compareTable(table, { ...open, maxSteps: 1 });
    expect(runs.map(({ optimizer }) => optimizer)).toEqual([...compareDefaults.optimizers]);
    expect(new Set(runs.map(({ report }) => report.network)).size).toBe(1);
  });

  test("sets the learning rate of the first-order methods only", async () => {
    const optimizers = ["gram-gauss-newton", "adam", "sgd"] as const;
    const { runs } = await compare({ optimizers, learningRate: 0.003 });
    const plain = await compare({ optimizers });
    for (const i of [1, 2]) expect(runs[i]!.report.history.at(-1)!.learningRate).toBe(0.003);
    expect(lasting(runs[0]!)).toEqual(lasting(plain.runs[0]!));
  });

  test("takes values made by the library", async () => {
    const mine = { ...gramGaussNewton({ damping: 0.1 }), name: "mine" };
    const { runs } = await compare({ optimizers: [mine, gramGaussNewton({ damping: 0.1 }), "adam"] });
    expect(runs.map(({ optimizer }) => optimizer)).toEqual(["mine", "gram-gauss-newton", "adam"]);
    expect(runs[0]!.report.errors).toEqual(runs[1]!.report.errors);
  });

  test("finds the best by the validation rows, or by what there is", async () => {
    const bestBy = async (options: Partial<CompareOptions>, part: "validation" | "test" | "train") => {
      const { runs, best } = await compare({ maxSteps: 30, ...options });
      const errors = runs.map(({ report }) => report.errors.rmse[part]!);
      expect(errors[best]).toBe(Math.min(...errors));
      expect(new Set(errors).size).toBeGreaterThan(2);
    };
    await bestBy({}, "validation");
    await bestBy({ validation: 0 }, "test");
    await bestBy({ validation: 0, test: 0 }, "train");
  });

  test("judges several targets by R², which has no unit", async () => {
    const { runs, best } = await compare({ targets: ["y", "z"], ignore: [], maxSteps: 30 });
    const all = runs.map(({ report }) => report.errors.r2.validation!);
    expect(all[best]).toBe(Math.max(...all));
  });

  test("tells when the best network was found, and what a step costs", async () => {
    const { runs } = await compare({ maxSteps: 40 });
    for (const { report, secondsToBest, stepMilliseconds, batchSize } of runs) {
      const { history, bestEpoch, steps, seconds } = report;
      expect(history.map(({ validation }) => validation!)[bestEpoch]).toBe(
        Math.min(...history.map(({ validation }) => validation!)),
      );
      expect(secondsToBest).toBe(history[bestEpoch]!.seconds);
      expect(stepMilliseconds).toBeGreaterThan(0);
      expect(stepMilliseconds * steps).toBeLessThanOrEqual(1000 * seconds);
      expect(Math.ceil(41 / batchSize)).toBe(history[1]!.step);
    }
  });

  test("keeps what there is when it is interrupted", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const { runs } = await compare({
      maxSteps: 1000,
      signal: controller.signal,
      onRun: ({ optimizer }) => seen.push(optimizer),
      onEpoch: (optimizer, { step }) => {
        if (optimizer === "gram-gauss-newton" && step === 3) controller.abort();
      },
    });
    expect(runs.map(({ report }) => report.stop.reason).at(-1)).toBe("aborted");
    expect(runs.map(({ optimizer }) => optimizer)).toEqual(["auto", "gram-gauss-newton"]);
    expect(seen).toEqual(runs.map(({ optimizer }) => optimizer));
  });
});

describe("the spectrum of the Gram matrix", () => {
  test("is there when it is asked for: n numbers, none below 0, descending", async () => {
    const without = await compare({ optimizers: ["sgd"] });
    expect([without.spectrum, without.runs[0]!.spectrum]).toEqual([null, null]);
    const { spectrum, runs } = await compare({ optimizers: ["sgd", "gram-gauss-newton"], spectra: true });
    for (const values of [spectrum!, ...runs.map((run) => run.spectrum!)]) {
      expect(values).toHaveLength(41);
      expect([...values].sort((a, b) => b - a)).toEqual([...values]);
      expect(values[40]).toBeGreaterThanOrEqual(0);
      expect(values[0]).toBeGreaterThan(0);
    }
    expect(runs[1]!.spectrum).not.toEqual(spectrum);
  });

  test("has at most 300 residual rows and as many eigenvalues above rounding as G has rank", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `${i / 100},${Math.sin(i)},${i}`);
    const long = parseTable(`x,y,z\n${rows.join("\n")}\n`, "long.csv");
    const { spectrum } = await compareTable(long, {
      ...quick,
      ...{ hidden: [], optimizers: ["sgd"], targets: ["y", "z"], maxSteps: 1, spectra: true },
    });
    expect(spectrum).toHaveLength(300);
    // A linear model of one input with two outputs: J has rank 4 whatever the rows are.
    expect([...spectrum!].filter((value) => value > 0)).toHaveLength(4);
  });

  test("sums to the trace of G, and is null where G is not finite", () => {
    const network = denseNetwork(2, [3], 1);
    const parameters = Float64Array.from({ length: 13 }, (_, i) => Math.sin(i + 1));
    const examples: Examples = {
      ...{
        rows: 60,
        inputs: matrixInputs(Float64Array.from(inputs.flat()), 60),
        targets: new Float64Array(60),
      },
      ...{ outputs: 1, targetNames: ["y"], restore: (values) => values },
      split: { train: rowNumbers, validation: new Int32Array(), test: new Int32Array() },
    };
    const spectrum = gramSpectrum(referenceKernels(), network, parameters, examples, rowNumbers)!;
    const gram = linearize(network, parameters, inputs).gram();
    const trace = rowNumbers.reduce((sum, i) => sum + gram[61 * i]!, 0);
    const sum = spectrum.reduce((total, value) => total + value, 0);
    // n eigenvalues, each with an error of a few ε times the largest, which is at most the trace.
    expect(Math.abs(sum - trace)).toBeLessThan(8 * 60 * Number.EPSILON * trace);
    parameters[0] = Number.NaN;
    expect(gramSpectrum(referenceKernels(), network, parameters, examples, rowNumbers)).toBe(null);
  });
});

describe("compareTable refuses", () => {
  test.each([
    [
      { optimizers: ["adm" as OptimizerName] },
      'options.optimizer: "adm" will not do; it must be one of auto',
    ],
    [{ optimizers: [] }, "options.optimizers: has no optimizer; give a list of at least one"],
    [{ optimizers: ["sgd", "sgd"] as const }, 'options.optimizers: has "sgd" twice; give each a name'],
    [
      { optimizers: ["levenberg-marquardt"] as const, learningRate: 0.1 },
      "options.learningRate: levenberg-marquardt does not take it; leave it out, or compare adam or sgd",
    ],
    [{ maxSteps: 0 }, "options.maxSteps: 0 will not do"],
    [{ damping: 1 } as object, "options.damping: belongs to one optimizer"],
  ] satisfies [Partial<CompareOptions>, string][])("%j", async (options, message) => {
    await expect(compare(options)).rejects.toThrow(message);
  });
});
