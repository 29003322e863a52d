import { describe, expect, test } from "vitest";
import type { FitOptions } from "../../src/model/options.ts";
import { choosePictureRecipe } from "../../src/model/picture-recipe.ts";
import { chooseRecipe } from "../../src/model/recipe.ts";
import { residualNetwork } from "../../src/network/architectures.ts";
import { denseNetwork, outputCount } from "../../src/network/network.ts";
import { valueNumbers } from "../../src/network/plan.ts";

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
    expect(choose(100, { hidden: [7, 6], activation: "relu" }).networks[0]).toEqual(
      denseNetwork(8, [7, 6], 1, "relu"),
    );
    expect(choose(100, { hidden: [] }).networks[0].layers).toHaveLength(1);
  });

  test("begins with mini-batches where rows are many, and polishes over all of them where that is affordable", () => {
    expect(choose(5000)).toMatchObject({ batchSize: 5000, polish: null });
    const many = choose(5001);
    expect(many).toMatchObject({ batchSize: 256, refits: true });
    expect(many.polish!.limits.patience).toBeLessThan(many.limits.patience);
    expect(decision(many, "batch").why).toMatch(/^rows are many/);
    expect(decision(many, "polish").choice).toContain("all rows");
    for (const options of [{ batchSize: 256 }, { damping: 1 }, { optimizer: "adam" as const }])
      expect(choose(5001, options).polish).toBeNull();
    expect(choose(10_000_000).polish).toBeNull();
    expect(choose(5001, { maxSteps: 7, patience: 3 }).polish!.limits).toMatchObject({
      maxSteps: 7,
      patience: 3,
    });
  });

  test("tries a second shape where rows are few or many, unless layers were asked for", () => {
    expect(choose(500).networks).toHaveLength(2);
    expect(choose(5000).networks).toHaveLength(1);
    expect(choose(5001).networks).toHaveLength(2);
    expect(choose(500, { hidden: [4] }).networks).toHaveLength(1);
  });

  test("speaks of rows that are held out, and of a choice by them, only where there are some", () => {
    const [validated, not] = [choose(500, { ensemble: 3 }), choose(500, { ensemble: 3, validation: 0 })];
    expect(validated.networks).toHaveLength(2);
    expect(decision(validated, "network").why).toMatch(/the validation error decides$/);
    expect(decision(validated, "ensemble").why).toMatch(/holds out/);
    expect(not.networks).toHaveLength(1);
    expect(decision(not, "network").why).not.toMatch(/validation/);
    expect(decision(not, "ensemble").why).not.toMatch(/holds out/);
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

  test("tries the network that is given alone, and says what is true of it", () => {
    const network = residualNetwork(8, { shape: [8, 8, 1] });
    const recipe = choose(5000, { network }, 64);
    expect(recipe.networks).toEqual([network]);
    expect(decision(recipe, "network")).toMatchObject({ why: "as asked" });
    expect(decision(recipe, "network").choice).toMatch(/^8x8x1 conv2d 16, scale, residual .* parameters$/);
    expect(decision(recipe, "system").choice).toBe("Gram matrix, 256 × 256");
    expect(decision(recipe, "dropout")).toBeUndefined();
  });

  test("knows ready-made networks for pictures alone", () => {
    const shape = { height: 10, width: 20, channels: 3 } as const;
    const named = choosePictureRecipe(500, shape, 2, { network: "cnn-small" });
    expect(named.networks[0]).toMatchObject({ shape: [10, 20, 3] });
    expect(outputCount(named.networks[0])).toBe(2);
    expect(() => choose(500, { network: "cnn-small" })).toThrow(
      'options.network: "cnn-small" is made for pictures, and the data are rows of 8 numbers',
    );
  });

  test("gives methods for all rows all pictures, or as many as fit", () => {
    const batchOf = (size: number, options: FitOptions) => {
      const shape = { height: size, width: size, channels: 3 } as const;
      const recipe = choosePictureRecipe(500, shape, 1, options);
      return [recipe.batchSize, decision(recipe, "batch").why];
    };
    expect(batchOf(16, { optimizer: "lbfgs" })).toEqual([500, "the method works on all rows"]);
    expect(batchOf(16, { optimizer: "lbfgs", batchSize: 20 })).toEqual([20, "as asked"]);
    expect(batchOf(16, { optimizer: "kfac" })[0]).toBe(64);
    const [size, why] = batchOf(512, { optimizer: "lbfgs" });
    expect(size).toBeLessThan(500);
    expect(why).toBe("as many as fit into 1 GiB, though the method works on all rows");
  });

  test.each<[FitOptions, string]>([
    [{ network: denseNetwork(7, [3], 1) }, "has 7 inputs, and the data have 8 after encoding"],
    [{ network: denseNetwork(8, [3], 2) }, "has 2 outputs, and there are 1 targets"],
    [{ network: denseNetwork(8, [3], 1), hidden: [3] }, "options.hidden: "],
    [{ network: denseNetwork(8, [3], 1), activation: "relu" }, "options.activation: "],
    [{ network: { inputs: 8, layers: [] } }, "network.layers: is empty"],
  ])("refuses a network that does not fit: %o", (options, message) => {
    expect(() => choose(500, options)).toThrow(message);
  });

  test("says that dropout is off, also inside of a residual layer", () => {
    const dropout = { kind: "dropout", rate: 0.5 } as const;
    const { layers } = denseNetwork(8, [3], 1);
    for (const layer of [dropout, { kind: "residual", body: [dropout] } as const])
      expect(
        decision(choose(500, { network: { inputs: 8, layers: [layer, ...layers] } }), "dropout"),
      ).toMatchObject({ choice: "off" });
  });

  test("takes no more rows at once than fit into memory", () => {
    const network = residualNetwork(20, { shape: [32, 32, 3] });
    const recipe = choose(5000, { network }, 3072);
    expect(recipe.batchSize * 3 * valueNumbers(network) * 8).toBeLessThanOrEqual(2 ** 30);
    expect((recipe.batchSize + 1) * 3 * valueNumbers(network) * 8).toBeGreaterThan(2 ** 30);
    expect(decision(recipe, "batch").why).toContain("1 GiB");
    expect(choose(5000, { network, batchSize: 200 }, 3072).batchSize).toBe(200);
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
