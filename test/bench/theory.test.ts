import { describe, expect, test } from "vitest";
import { fitPowerLaw } from "../../bench/statistics.ts";
import { timeShare } from "../../bench/theory/first-order.ts";
import { drawFirstOrder, drawSensitivity } from "../../bench/theory/first-order-figure.ts";
import { cosineSchedule, reportedSteps, runTask, type TaskRun } from "../../bench/theory/first-order-run.ts";
import { kernelFamilies } from "../../bench/theory/kernel.ts";
import { drawKernel } from "../../bench/theory/kernel-figure.ts";
import { fitDifference, type KernelCell, runKernel, runPath } from "../../bench/theory/kernel-run.ts";
import { fitRate, type MiniBatchSizes, runMiniBatch } from "../../bench/theory/mini-batch-run.ts";
import { drawQuadratic } from "../../bench/theory/quadratic-figure.ts";
import {
  describeConvergence,
  fitFirstRatio,
  lastOrders,
  type QuadraticCell,
  runQuadratic,
} from "../../bench/theory/quadratic-run.ts";
import {
  alphas,
  firstOrderGrid,
  fullBatchSetting,
  gramSetting,
  lambdas,
} from "../../bench/theory/settings.ts";
import { tasks } from "../../bench/theory/tasks.ts";
import type { TwoLayerFamily } from "../../bench/theory/wide-network.ts";
import { adam } from "../../src/optimizers/adam.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";

describe("a power law", () => {
  test("is found in numbers that follow it, with no error", () => {
    const x = [1, 3, 10, 40];
    const { slope, error, intercept } = fitPowerLaw(
      x,
      x.map((value) => 5 * value ** -1.5),
    );
    // Sums of four logarithms below 10: a few ε of 10.
    expect(Math.abs(slope + 1.5)).toBeLessThan(1e-14);
    expect(Math.abs(intercept - Math.log(5))).toBeLessThan(1e-14);
    expect(error).toBeLessThan(1e-7);
  });

  test("has the error of a straight line's slope", () => {
    // log y = 0, 1, 0 over log x = 0, 1, 2: slope 0, misfit 2/3, one degree of freedom, spread 2.
    const { slope, error } = fitPowerLaw([1, Math.E, Math.E ** 2], [1, Math.E, 1]);
    expect(slope).toBeCloseTo(0, 12);
    expect(error).toBeCloseTo(Math.sqrt(2 / 3 / 2), 12);
  });
});

describe("the order of convergence", () => {
  const sequence = (next: (e: number) => number) => {
    const norms = [0.1];
    while (norms.at(-1)! > 1e-30) norms.push(next(norms.at(-1)!));
    return describeConvergence(norms, 1e-14);
  };

  test("is 2 where each norm is a multiple of the last one's square, 1 where it is a multiple of the last", () => {
    for (const order of sequence((e) => 0.7 * e * e).orders) expect(order).toBeCloseTo(2, 10);
    for (const order of sequence((e) => 0.3 * e).orders) expect(order).toBeCloseTo(1, 10);
  });

  test("counts nothing below the rounding error", () => {
    const { residuals, ratios, orders, converged } = describeConvergence(
      [1, 1e-3, 1e-6, 1e-16, 1e-10],
      1e-14,
    );
    expect(residuals).toEqual([1, 1e-3, 1e-6]);
    expect(ratios).toHaveLength(2);
    expect(orders).toHaveLength(1);
    expect(converged).toBe(true);
    expect(describeConvergence([1, 0.5], 1e-14).converged).toBe(false);
  });
});

describe("full batch, undamped", () => {
  const sizes = { examples: 32, inputs: 10, testRows: 20, maxSteps: 10 };
  const measure = (family: TwoLayerFamily): QuadraticCell[] =>
    [256, 1024, 4096].map((width) => ({
      family,
      width,
      runs: [0, 1, 2, 3, 4, 5].map((seed) => runQuadratic(family, width, seed, sizes)),
    }));
  const random = measure({ activation: "tanh", signs: "random" });
  const equal = measure({ activation: "softplus", signs: "equal" });
  const cells = [...random, ...equal];

  test("fits every example to the rounding error without any damping, if the network is wide enough", () => {
    for (const { runs } of cells.filter(({ width }) => width >= 1024))
      for (const { converged, undamped } of runs) expect([converged, undamped]).toEqual([true, true]);
  });

  test("converges quadratically: the orders are nearer to 2 than to 1 or 3", () => {
    for (const family of [random, equal])
      for (const order of lastOrders(family)) {
        expect(order).toBeGreaterThan(1.5);
        expect(order).toBeLessThan(2.5);
      }
  });

  test("gains with the width: e₁ / e₀² falls like 1/√m with equal signs, like 1/m with random ones", () => {
    // Nearer to the power that is claimed than to the next half power: three standard errors must fit in between.
    const check = ({ slope, error }: { slope: number; error: number }, expected: number) => {
      expect(3 * error).toBeLessThan(0.25);
      expect(Math.abs(slope - expected)).toBeLessThan(0.25);
    };
    check(fitFirstRatio(equal), -1 / 2);
    check(fitFirstRatio(random), -1);
  });

  test("is kernel regression after one step where the network is wide", () => {
    const afterOneStep = random.map(({ runs }) => Math.max(...runs.map(({ fromKernel }) => fromKernel[1]!)));
    // 16 times the width: the bound, 1/√m, promises a quarter.
    expect(afterOneStep.at(-1)!).toBeLessThan(afterOneStep[0]! / 4);
  });

  test("is drawn as an SVG file that needs nothing else", () => {
    expectFigure(drawQuadratic([random[0]!.family, equal[0]!.family], cells));
  });
});

describe("kernel regression with the tangent kernel", () => {
  const sizes = { examples: 24, inputs: 5, testRows: 50, steps: 10, ridge: 0.1 };
  const measure = (f: number, widths: readonly number[]): KernelCell[] =>
    widths.map((width) => {
      const family = kernelFamilies[f]!;
      return { family, width, runs: [0, 1, 2, 3, 4].map((seed) => runKernel(family, width, seed, sizes)) };
    });
  const cells = [...measure(0, [128, 512, 2048]), ...measure(1, [32, 128, 512])];

  test.each(kernelFamilies)("is approached by wide networks: $name", (family) => {
    const own = cells.filter((cell) => cell.family === family);
    for (const kind of ["ridgeless", "ridge"] as const) {
      // The theory's bound: at least as fast as 1/√m, as far as the slope is known.
      const { slope, error } = fitDifference(own, kind);
      expect(slope).toBeLessThan(-1 / 2 + 2 * error);
      expect(error).toBeLessThan(1 / 8);
      for (const run of own.at(-1)!.runs) expect(run[kind]).toBeLessThan(0.1);
    }
  });

  test("is compared with networks that fit the training rows", () => {
    // Residuals of rounding: ε √m for outputs of the size of 1, and quadratic convergence to there.
    const worst = Math.max(...cells.map(({ runs }) => Math.max(...runs.map(({ misfit }) => misfit))));
    expect(worst).toBeLessThan(10 * Number.EPSILON * Math.sqrt(2048));
  });

  test("is drawn along a circle that returns to where it began", () => {
    const path = runPath(kernelFamilies[0]!, 128, 0, sizes);
    expect(path.network[0]).toBeCloseTo(path.network.at(-1)!, 10);
    // At 0 there is a training row: both go through its target.
    expect(path.network[0]).toBeCloseTo(path.regression[0]!, 10);
    expectFigure(drawKernel(kernelFamilies, cells, [path]));
  });
});

describe("cyclic batches, undamped", () => {
  const sizes = { activation: "tanh", examples: 48, inputs: 16, epochs: 30 } as const;

  test("are the block Gauss-Seidel iteration on the Gram matrix where the network is linear", () => {
    const linear: MiniBatchSizes = {
      activation: "identity",
      examples: 12,
      inputs: 20,
      width: 64,
      epochs: 10,
    };
    for (const batchSize of [1, 3, 6, 12]) {
      const { residuals, predicted } = runMiniBatch(batchSize, 1, linear);
      // Rounding errors of f, of the size of √width ε for each of the examples; every step halves those before it.
      const tolerance = 10 * Number.EPSILON * Math.sqrt(64 * 12) * residuals[0]!;
      for (const [epoch, norm] of residuals.entries())
        expect(Math.abs(norm - predicted[epoch]!)).toBeLessThan(tolerance);
    }
  });

  test.each([6, 12, 24])(
    "lower the loss geometrically, at the rate of the Gram matrix: %i rows",
    (batchSize) => {
      const deviation = (width: number): number => {
        const { residuals, predicted, undamped } = runMiniBatch(batchSize, 1, { ...sizes, width });
        expect(undamped).toBe(true);
        const [measured, theory] = [fitRate(residuals), fitRate(predicted)];
        // A straight line: its slope is below 0, and known to a tenth of itself.
        expect(measured.error).toBeLessThan(-Math.log(measured.rate) / 10);
        return Math.abs(Math.log(measured.rate) / Math.log(theory.rate) - 1);
      };
      // 16 times the width: the bound on how far the Gram matrix moves, 1/√m, promises a quarter.
      expect(deviation(4096)).toBeLessThan(deviation(256) / 4);
    },
  );
});

describe("a comparison of methods", () => {
  const surface = tasks[0]!;
  const adams = [3e-3, 1e-2, 3e-2].map((learningRate) => ({
    name: "adam",
    optimizer: adam({ learningRate }),
    batchSize: 32,
    steps: 1000,
  }));

  test("has Gram-Gauss-Newton ahead of Adam at its best learning rate in a twentieth of the steps", () => {
    const { method } = fullBatchSetting(50);
    for (const seed of [0, 1]) {
      const best = Math.min(...adams.map((one) => runTask(surface, one, seed).best.validation));
      expect(runTask(surface, method, seed).best.validation).toBeLessThan(best);
    }
  });

  test("leaves a run that diverges, and keeps its best network", () => {
    const method = { name: "sgd", optimizer: sgd({ learningRate: 10 }), batchSize: 32, steps: 1000 };
    const { points, best } = runTask(surface, method, 0);
    expect(points.at(-1)!.step).toBeLessThan(1000);
    expect(best.validation).toBeLessThanOrEqual(points[0]!.validation);
  });

  test("measures the same errors whenever it is run: only the clock differs", () => {
    const setting = gramSetting(1, 0.1);
    const errors = () =>
      runTask(surface, { ...setting.method, steps: 20 }, 3).points.map(({ train, test: error }) => [
        train,
        error,
      ]);
    expect(errors()).toEqual(errors());
  });

  test("reports the first ten steps, ever fewer later, and the last", () => {
    const steps = reportedSteps(1234);
    expect(steps.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(steps.at(-1)).toBe(1234);
    expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
    expect(reportedSteps(1)).toEqual([1]);
  });

  test("counts time as the median share of Adam's time to Adam's best", () => {
    const run = (errors: readonly number[], seconds: number): TaskRun => {
      const points = errors.map((validation, step) => ({
        step,
        seconds: step * seconds,
        train: 0,
        validation,
        test: 0,
      }));
      return { points, best: points.reduce((a, b) => (b.validation < a.validation ? b : a)) };
    };
    const slow = [run([4, 3, 2, 1], 10), run([4, 2, 1, 3], 10), run([4, 1, 3, 3], 10)];
    // Shares 1 / 30, 1 / 20, and never.
    expect(timeShare([run([4, 1], 1), run([4, 0.5], 1), run([4, 2], 1)], slow)).toBeCloseTo(1 / 20, 12);
    expect(timeShare([run([4, 2], 1), run([4, 2], 1), run([4, 0], 1)], slow)).toBeNull();
    expect(timeShare(slow, slow)).toBe(1);
  });

  test("lets a learning rate fall along half a cosine", () => {
    const rates: number[] = [];
    const at = (learningRate: number): Optimizer => ({
      ...sgd({ learningRate }),
      plan(space) {
        const step = sgd({ learningRate }).plan(space);
        return (...given) => {
          rates.push(learningRate);
          return step(...given);
        };
      },
    });
    runTask(surface, { name: "sgd", optimizer: cosineSchedule(at, 0.02, 4), batchSize: 100, steps: 5 }, 0);
    const cosines = [1, Math.SQRT1_2, 0, -Math.SQRT1_2].map((cosine) => (0.02 * (1 + cosine)) / 2);
    for (const [i, rate] of cosines.entries()) expect(rates[i]).toBeCloseTo(rate, 12);
    expect(rates[4]).toBeGreaterThan(0);
    expect(rates[4]).toBeLessThan(1e-6);
  });

  test("is drawn as SVG files that need nothing else", () => {
    const methods = [fullBatchSetting(3), gramSetting(1, 1), ...firstOrderGrid("adam").slice(0, 1)].map(
      (setting) => ({ setting, runs: [runTask(surface, { ...setting.method, steps: 3 }, 0)] }),
    );
    const map = lambdas.map((lambda) => alphas.map((alpha) => (lambda < 1 ? Number.NaN : alpha / lambda)));
    const results = [{ task: surface, methods, map }];
    expectFigure(drawFirstOrder(results));
    expectFigure(drawSensitivity(results));
  });
});

function expectFigure(svg: string): void {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org)/);
}
