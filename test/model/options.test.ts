import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { OptimizerError, OptionError } from "../../src/errors.ts";
import { fit } from "../../src/model/fit.ts";
import { checkOptions, type FitOptions, fitDefaults } from "../../src/model/options.ts";
import { adam } from "../../src/optimizers/adam.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { quick, surface } from "./surfaces.ts";

const refusal = (options: object) => {
  try {
    checkOptions(options as Record<string, unknown>);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return (error as OptionError).message;
  }
  return null;
};

test("the docstrings of FitOptions say the defaults", () => {
  const text = readFileSync(new URL("../../src/model/options.ts", import.meta.url), "utf8");
  const said = new Map(
    [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+readonly (\w+)\?:/g)].map(([, words, name]) => [
      name,
      words,
    ]),
  );
  for (const [name, value] of Object.entries(fitDefaults))
    expect(said.get(name), name).toContain(`Default ${JSON.stringify(value)}`);
});

describe("checkOptions", () => {
  test("takes every option, absent ones, and its own defaults", () => {
    expect(refusal({})).toBeNull();
    expect(refusal(fitDefaults)).toBeNull();
    const all: Required<FitOptions> = {
      hidden: [],
      activation: "gelu",
      network: "cnn-small",
      optimizer: gramGaussNewton(),
      learningRate: 0.1,
      damping: 0,
      lambda: 0,
      alpha: 1,
      batchSize: 1,
      ensemble: 1,
      maxSteps: 1,
      timeLimitMs: 0.5,
      patience: 1,
      validation: 0,
      test: 0.99,
      testRows: Int32Array.of(1),
      split: "blocks",
      seed: 0,
      dtype: "float32",
      kernels: "reference",
      threads: 1,
      jacobianMemory: 2e9,
      onEpoch: () => {},
      onStep: () => {},
      onProgress: () => {},
      onDecisions: () => {},
      signal: AbortSignal.abort(),
    };
    expect(refusal(all)).toBeNull();
    expect(refusal(Object.fromEntries(Object.keys(all).map((name) => [name, undefined])))).toBeNull();
  });

  test.each([
    ["hiden", 'options.hiden: is unknown; did you mean "hidden"?'],
    ["learningrate", 'options.learningrate: is unknown; did you mean "learningRate"?'],
    ["lerningRate", 'options.lerningRate: is unknown; did you mean "learningRate"?'],
    ["memory", 'options.memory: is unknown; did you mean "jacobianMemory"?'],
    ["steps", 'options.steps: is unknown; did you mean "maxSteps"?'],
    ["SEED", 'options.SEED: is unknown; did you mean "seed"?'],
    [
      "momentum",
      "options.momentum: is unknown; known are hidden, activation, network, optimizer, learningRate",
    ],
    ["__proto__x", "options.__proto__x: is unknown; known are hidden"],
    ["constructor", "options.constructor: is unknown; known are hidden"],
  ])("refuses %s, with the nearest name", (name, message) => {
    expect(refusal({ [name]: 1 })!.slice(0, message.length)).toBe(message);
  });

  test.each<[keyof FitOptions, unknown, string]>([
    ["hidden", 64, "64 will not do; it must be a list of whole numbers of at least 1"],
    ["hidden", [4, 0], "[4,0] will not do; it must be a list of whole numbers of at least 1"],
    ["activation", "swish", '"swish" will not do; it must be one of identity, tanh, relu'],
    [
      "optimizer",
      "rprop",
      '"rprop" will not do; it must be one of auto, gram-gauss-newton, levenberg-marquardt, spring',
    ],
    ["optimizer", {}, "{} will not do; it must be one of auto"],
    ["optimizer", gramGaussNewton, "a function will not do; it must be one of auto"],
    ["learningRate", Number.NaN, "NaN will not do; it must be a finite number above 0"],
    ["learningRate", 0, "0 will not do; it must be a finite number above 0"],
    ["damping", Infinity, "Infinity will not do; it must be a finite number of at least 0"],
    ["lambda", -1, "-1 will not do; it must be a finite number of at least 0"],
    ["alpha", "1", '"1" will not do; it must be a finite number of at least 0'],
    ["batchSize", 1.5, "1.5 will not do; it must be a whole number of at least 1"],
    ["ensemble", 0, "0 will not do; it must be a whole number of at least 1"],
    ["maxSteps", 10n, "10 will not do; it must be a whole number of at least 1"],
    ["timeLimitMs", -1, "-1 will not do; it must be a finite number above 0"],
    ["validation", 1, "1 will not do; it must be a share in [0, 1)"],
    ["test", -0.1, "-0.1 will not do; it must be a share in [0, 1)"],
    ["testRows", { 0: 1 }, '{"0":1} will not do; it must be a list of row numbers'],
    ["seed", -1, "-1 will not do; it must be a whole number of at least 0"],
    ["seed", 2 ** 60, "1152921504606847000 will not do; it must be a whole number of at least 0"],
    ["dtype", "float16", '"float16" will not do; it must be float32 or float64'],
    ["kernels", "cuda", '"cuda" will not do; it must be one of'],
    ["threads", null, "null will not do; it must be a whole number of at least 1"],
    ["onStep", "log", '"log" will not do; it must be a function'],
    ["onProgress", "log", '"log" will not do; it must be a function'],
    ["signal", {}, "{} will not do; it must be an AbortSignal"],
  ])("refuses %s = %o", (name, value, message) => {
    const found = refusal({ [name]: value })!;
    expect(found.slice(0, `options.${name}: ${message}`.length)).toBe(`options.${name}: ${message}`);
  });
});

describe("options that an optimizer does not have", () => {
  const { inputs, targets } = surface(20);
  const fitted = (options: FitOptions) => fit(inputs, targets, { ...quick, ...options });

  test.each<[FitOptions, string]>([
    [
      { optimizer: "adam", damping: 1 },
      'options.damping: adam does not take it; leave it out, or use "gram-gauss-newton"',
    ],
    [{ optimizer: "sgd", lambda: 1 }, "options.lambda: sgd does not take it"],
    [
      { optimizer: "levenberg-marquardt", learningRate: 1 },
      "options.learningRate: levenberg-marquardt does not take it",
    ],
    [
      { optimizer: adam(), learningRate: 0.1 },
      "options.learningRate: an optimizer that is given as a value does not take it; give it where the optimizer is made",
    ],
  ])("are refused: %o", async (options, message) => {
    await expect(fitted(options)).rejects.toThrow(OptionError);
    await expect(fitted(options)).rejects.toThrow(message);
  });

  test("are refused where they contradict each other", async () => {
    await expect(fitted({ lambda: 1, damping: 1 })).rejects.toThrow(OptimizerError);
    await expect(fitted({ lambda: 0, alpha: 0 })).rejects.toThrow(
      "alpha: 0 is out of range; it must be above 0",
    );
  });

  test.each<[FitOptions, string]>([
    [{ optimizer: "adam", learningRate: 0.01 }, "adam"],
    [{ optimizer: "sgd", learningRate: 0.01 }, "sgd"],
    [{ optimizer: "levenberg-marquardt" }, "levenberg-marquardt"],
    [{ optimizer: "gram-gauss-newton", lambda: 1, alpha: 0.1 }, "gram-gauss-newton"],
    [{ learningRate: 0.5 }, "gram-gauss-newton"],
    [{ optimizer: gramGaussNewton({ damping: 0.1 }) }, "gram-gauss-newton"],
    [{}, "gram-gauss-newton"],
  ])("those that it has are taken: %o", async (options, name) => {
    const { report } = await fitted(options);
    expect(report.optimizer).toBe(name);
    expect(report.errors.rmse.train).toBeGreaterThan(0);
  });
});
