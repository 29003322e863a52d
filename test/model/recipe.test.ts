import { describe, expect, test } from "vitest";
import type { FitOptions } from "../../src/model/options.ts";
import { chooseRecipe } from "../../src/model/recipe.ts";
import { describeNetwork, outputCount } from "../../src/network/network.ts";

const choose = (rows: number, options: FitOptions = {}, inputs = 8, outputs = 1) =>
  chooseRecipe(rows, inputs, outputs, options);
const decision = (recipe: ReturnType<typeof choose>, what: string) =>
  recipe.decisions.find((one) => one.what === what)!;

describe("chooseRecipe", () => {
  test("takes all rows at once where a step is affordable, and regularizes by the evidence", () => {
    const recipe = choose(500);
    expect(recipe).toMatchObject({ batchSize: 500, refits: true, fallsBack: true, members: 1 });
    expect(decision(recipe, "batch").choice).toBe("all 500 rows");
  });

  test("takes mini-batches of many rows, with limits by epochs alone", () => {
    const recipe = choose(10_000_000);
    expect(recipe.batchSize).toBe(256);
    expect(decision(recipe, "optimizer").choice).toContain("SPRING");
    expect(recipe.refits).toBe(false);
    expect(recipe.limits.maxSteps).toBe(Number.POSITIVE_INFINITY);
    expect(recipe.limits.patience).toBeLessThan(100);
    expect(decision(recipe, "batch").choice).toMatch(/^\d+ of 10000000 rows$/);
  });

  test("has the inputs and outputs of the data, and the layers that were asked for", () => {
    expect(choose(100, {}, 5, 3).networks[0].inputs).toBe(5);
    expect(outputCount(choose(100, {}, 5, 3).networks[0])).toBe(3);
    expect(describeNetwork(choose(100, { hidden: [7, 6], activation: "relu" }).networks[0])).toMatch(
      /^\d+-7-6-1 relu$/,
    );
    expect(choose(100, { hidden: [] }).networks[0].layers).toHaveLength(1);
  });

  test("tries a second shape where rows are few, unless layers were asked for", () => {
    expect(choose(500).networks).toHaveLength(2);
    expect(choose(5000).networks).toHaveLength(1);
    expect(choose(500, { hidden: [4] }).networks).toHaveLength(1);
  });

  test("chooses the smaller system, and names both costs", () => {
    const wide = decision(choose(50, { hidden: [100, 100] }), "system");
    expect(wide.choice).toBe("Gram matrix, 50 × 50");
    const tall = decision(choose(5000, { hidden: [4], optimizer: "levenberg-marquardt" }), "system");
    expect(tall.choice).toBe("normal equations, 41 × 41");
    for (const { why } of [wide, tall])
      expect(why).toMatch(
        /^[0-9.]+ [kMGTPE]?flop by the Gram matrix, [0-9.]+ [kMGTPE]?flop by the normal equations$/,
      );
  });

  test("has no system for first-order methods", () => {
    const recipe = choose(500, { optimizer: "adam" });
    expect(decision(recipe, "system")).toBeUndefined();
    expect(recipe).toMatchObject({ optimizerName: "adam", refits: false, fallsBack: false });
    expect(recipe.batchSize).toBeLessThan(500);
  });

  test.each<[FitOptions, object]>([
    [{ batchSize: 64 }, { batchSize: 64 }],
    [{ batchSize: 10_000 }, { batchSize: 500 }],
    [{ optimizer: "levenberg-marquardt" }, { batchSize: 500, optimizerName: "levenberg-marquardt" }],
    [{ ensemble: 4 }, { members: 4 }],
    [{ dtype: "float32" }, { dtype: "float32" }],
  ])("does as it is asked: %o", (options, expected) => {
    expect(choose(500, options)).toMatchObject(expected);
  });

  test("takes the limits that are given", () => {
    expect(choose(500, { maxSteps: 7, timeLimitMs: 9 }).limits).toMatchObject({
      maxSteps: 7,
      timeLimitMs: 9,
    });
  });

  test("gives every decision a reason", () => {
    for (const options of [
      {},
      { optimizer: "sgd" },
      { hidden: [3] },
      { batchSize: 8, ensemble: 2 },
    ] as FitOptions[])
      for (const { what, choice, why } of choose(3000, options).decisions)
        for (const text of [what, choice, why]) expect(text).not.toBe("");
  });
});
