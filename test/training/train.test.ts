import { describe, expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import { type DenseNetwork, denseNetwork } from "../../src/network/network.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { seededRandom } from "../../src/random/random.ts";
import { type Dataset, loadDataset } from "../../src/residuals/dataset.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { divideBatches } from "../../src/training/batches.ts";
import type { EpochProgress } from "../../src/training/epoch-progress.ts";
import { type StopLimits, stopAfterStep, stopDefaults } from "../../src/training/stop.ts";
import { train } from "../../src/training/train.ts";
import type { EpochEvent, Training } from "../../src/training/training.ts";
import { naiveForward } from "../twins/naive-network.ts";

interface Options extends Partial<Omit<Training, "limits">> {
  readonly limits?: Partial<StopLimits>;
  readonly scale?: number;
}

interface Setup extends Training {
  readonly network: DenseNetwork;
  readonly dataset: Dataset;
}

/** 40 points of a smooth function, every fourth for validation. */
function setUp({ limits, scale = 1, ...changes }: Options = {}): Setup {
  const kernels = referenceKernels();
  const network = denseNetwork(1, [5], 1);
  const x = Array.from({ length: 40 }, (_, i) => (i - 20) / 10);
  const rows = Int32Array.from({ length: 40 }, (_, i) => i);
  const y = x.map((value) => scale * Math.sin(2 * value));
  const dataset = loadDataset(kernels, "float64", 40, x, y);
  return {
    kernels,
    dtype: "float64",
    network,
    initial: initialize(network, 1),
    dataset,
    residual: networkResidual(network, dataset),
    trainRows: rows.filter((i) => i % 4 !== 3),
    validationRows: rows.filter((i) => i % 4 === 3),
    optimizer: gramGaussNewton(),
    batchSize: 30,
    seed: 0,
    limits: { ...stopDefaults, maxSteps: 40, ...limits },
    ...changes,
  };
}

describe("train", () => {
  /** Steps that take so many milliseconds at least, on any machine. */
  const slow = (ms: number): Optimizer => {
    const fast = gramGaussNewton();
    return {
      ...fast,
      plan(space) {
        const step = fast.plan(space);
        return (...given) => {
          const end = performance.now() + ms;
          while (performance.now() < end);
          return step(...given);
        };
      },
    };
  };

  test("reports each step of an epoch where steps take longer than the pause between reports", async () => {
    const events: (EpochProgress | EpochEvent)[] = [];
    const note = (event: EpochProgress | EpochEvent) => void events.push(event);
    const limits = { maxSteps: 6, tolerance: 0 };
    await train(setUp({ optimizer: slow(260), batchSize: 10, limits, onEpoch: note, onProgress: note }));
    expect(events.map(({ step, epoch }) => [epoch, step])).toEqual([
      ...[[0, 0]],
      ...[1, 2, 3].map((step) => [1, step]),
      ...[[1, 3]],
      ...[4, 5, 6].map((step) => [2, step]),
      ...[[2, 6]],
    ]);
    const within = events.filter((event) => "batch" in event);
    expect(within.map(({ batch, batches }) => [batch, batches])).toEqual(
      [1, 2, 3, 1, 2, 3].map((batch) => [batch, 3]),
    );
    for (const { batch, seconds, epochSecondsLeft, secondsLeft, step } of within) {
      // No step is shorter, so no estimate is.
      expect(epochSecondsLeft).toBeGreaterThanOrEqual(0.26 * (3 - batch) * (1 - 1e-9));
      expect(secondsLeft).toBeCloseTo((seconds / step) * (6 - step), 9);
    }
  });

  test("reports no more often, and nothing within an epoch of one step", async () => {
    const seconds: number[] = [];
    const onProgress = (progress: EpochProgress) => void seconds.push(progress.seconds);
    const limits = { maxSteps: 30, tolerance: 0 };
    await train(setUp({ optimizer: slow(30), batchSize: 1, limits, onProgress }));
    expect(seconds.length).toBeGreaterThan(0);
    for (let i = 1; i < seconds.length; i++)
      expect(seconds[i]! - seconds[i - 1]!).toBeGreaterThanOrEqual(0.25 * (1 - 1e-9));
    const before = seconds.length;
    await train(setUp({ optimizer: slow(260), limits: { maxSteps: 2 }, onProgress }));
    expect(seconds).toHaveLength(before);
  });

  test("keeps the network of the best epoch, not the last", async () => {
    const training = setUp({ optimizer: sgd({ learningRate: 0.5 }), batchSize: 5 });
    const { parameters, history, bestEpoch } = await train(training);
    const errors = history.map((event) => event.validation!);
    expect(errors[bestEpoch]).toBe(Math.min(...errors));
    const { targets } = training.dataset;
    const squares = [...training.validationRows].map(
      (i) => (naiveForward(training.network, parameters, [(i - 20) / 10])[0]! - targets[i]!) ** 2,
    );
    const rmse = Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
    expect(Math.abs(rmse - errors[bestEpoch]!)).toBeLessThan(1e-12);
  });

  test("is the same, bit for bit, with the same seed, and another with another seed", async () => {
    const run = (seed: number) => train(setUp({ seed, batchSize: 7 }));
    const first = await run(3);
    expect((await run(3)).parameters).toEqual(first.parameters);
    expect((await run(4)).parameters).not.toEqual(first.parameters);
  });

  test.each<[string, Options, string]>([
    ["the limit on steps", { limits: { maxSteps: 3 } }, "3 steps, the limit"],
    ["the limit on time", { limits: { timeLimitMs: 0 } }, "time was over after "],
    [
      "patience",
      { optimizer: sgd({ learningRate: 0.5 }), batchSize: 5, limits: { patience: 1 } },
      "no lower validation error",
    ],
    ["convergence", { limits: { maxSteps: 1e4, tolerance: 0.5 } }, "<= 0.5"],
    ["a signal", { signal: AbortSignal.abort() }, "stopped by the caller after step 1"],
    ["numbers that are not finite", { scale: Number.POSITIVE_INFINITY }, "not finite at step 1"],
  ])("ends by %s and says the numbers", async (_, options, message) => {
    expect((await train(setUp(options))).stop.message).toContain(message);
  });

  test("says a long time in digits", () => {
    const progress = { step: 9, epoch: 9, elapsedMs: 4_321_000, failure: null };
    const stop = stopAfterStep({ ...stopDefaults, timeLimitMs: 4_320_000 }, progress, false, 1);
    expect(stop).toEqual({ reason: "time-limit", message: "time was over after 4320 s" });
  });

  test("gives back finite parameters where it diverged", async () => {
    const { stop, parameters } = await train(setUp({ optimizer: sgd({ learningRate: 1e3 }), batchSize: 5 }));
    expect(stop.reason).toBe("diverged");
    expect(parameters.every(Number.isFinite)).toBe(true);
  });

  test("reports epochs with their losses", async () => {
    const events: EpochEvent[] = [];
    await train(setUp({ limits: { maxSteps: 4 }, onEpoch: (event) => events.push(event) }));
    expect(events.map((event) => event.epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(events[4]!.train).toBeLessThan(events[0]!.train);
    expect(events[4]!.damping).toBeGreaterThan(0);
    expect(events[4]!.gradientNorm).toBeGreaterThan(0);
  });

  test.each<[string, () => Optimizer]>([
    ["gram-gauss-newton", () => gramGaussNewton()],
    ["sgd", () => sgd()],
  ])("allocates no kernel memory after the first step of %s", async (_, optimizer) => {
    const allocated = async (maxSteps: number) => {
      const training = setUp({ optimizer: optimizer(), batchSize: 8, limits: { maxSteps } });
      await train(training);
      return training.kernels.bytesAllocated;
    };
    expect(await allocated(1000)).toBe(await allocated(1));
  });

  test("does not grow the heap over 1,000 steps", async () => {
    const { gc } = globalThis as { gc?: () => void };
    if (!gc) throw new Error("run node with --expose-gc");
    const sizes: number[] = [];
    const onEpoch = (event: EpochEvent) => {
      if (event.step === 0 || event.step % 1020 !== 0) return;
      gc();
      sizes.push(process.memoryUsage().heapUsed);
    };
    await train(setUp({ batchSize: 1, limits: { maxSteps: 8 * 1020, tolerance: 0 }, onEpoch }));
    // The engine's compiler adds code now and then; what is kept per step would show between any two readings: an
    // object for each of 1,020 steps takes at least 16 bytes. 34 epochs add their events, under 400 bytes each.
    const growth = sizes.slice(1).map((size, i) => size - sizes[i]!);
    expect(Math.min(...growth)).toBeLessThan(16 * 1020 + 400 * 34);
  });
});

describe("divideBatches", () => {
  test("makes batches that differ by at most one row and hold each row once", () => {
    for (const [rows, size] of [
      [10, 4],
      [7, 7],
      [7, 100],
      [1, 1],
      [23, 5],
    ] as const) {
      const batches = divideBatches(
        Int32Array.from({ length: rows }, (_, i) => i),
        size,
        seededRandom(0),
      );
      batches.shuffle();
      const sizes = Array.from({ length: batches.count }, (_, b) => batches.start(b + 1) - batches.start(b));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(Math.max(...sizes)).toBe(batches.largest);
      expect(batches.largest).toBeLessThanOrEqual(size);
      expect([...batches.order].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
    }
  });
});
