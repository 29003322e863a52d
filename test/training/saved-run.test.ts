import { deserialize, serialize } from "node:v8";
import { describe, expect, test } from "vitest";
import { curvatureBatch } from "../../src/curvatures/curvature-batch.ts";
import { kfac } from "../../src/curvatures/kfac.ts";
import { layerwise } from "../../src/curvatures/layerwise.ts";
import { nystrom } from "../../src/curvatures/nystrom.ts";
import type { DType } from "../../src/kernels/kernels.ts";
import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { networkSpace } from "../../src/linearization/space.ts";
import { namedOptimizers } from "../../src/model/named-optimizers.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { exactLastLayer } from "../../src/optimizers/exact-last-layer.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { leaveOneOutDamping } from "../../src/optimizers/leave-one-out-damping.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { evidence, weightDecay } from "../../src/optimizers/prior.ts";
import { residualDamping } from "../../src/optimizers/residual-damping.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { stepHalving } from "../../src/optimizers/step-search.ts";
import { weightAverage } from "../../src/optimizers/weight-average.ts";
import { seededRandom } from "../../src/random/random.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { openRun, type Run, type SavedRun } from "../../src/training/run.ts";
import { stopDefaults } from "../../src/training/stop.ts";
import type { Training } from "../../src/training/training.ts";

const network = denseNetwork(3, [5, 4], 2);

const examples = 23;

function trainingOf(optimizer: Optimizer, batchSize: number, dtype: DType): Training {
  const kernels = selectKernels("wasm", 1);
  const random = seededRandom(3);
  const inputs = Array.from({ length: examples * network.inputs }, random);
  const targets = Array.from({ length: examples * 2 }, (_, i) => Math.sin(5 * inputs[i]!));
  const rows = Int32Array.from({ length: examples }, (_, i) => i);
  return {
    kernels,
    dtype,
    residual: networkResidual(network, loadDataset(kernels, dtype, examples, inputs, targets)),
    initial: initialize(network, 1),
    trainRows: rows.subarray(0, 19),
    validationRows: rows.subarray(19),
    optimizer,
    batchSize,
    seed: 5,
    limits: { ...stopDefaults, maxSteps: 14 },
  };
}

/** Through bytes, as in a file that another process reads. */
function throughBytes(saved: SavedRun): SavedRun {
  return deserialize(serialize(saved));
}

function finish(run: Run): Run {
  while (!run.stop) run.step();
  return run;
}

/** All that a run has led to, times aside. */
function outcomeOf(run: Run) {
  const { seconds, stepSeconds, history, ...result } = run.result();
  const { elapsedMs, recordingMs, history: _, ...saved } = run.save();
  return { result, saved, history: history.map(({ seconds: _, secondsLeft: __, ...event }) => event) };
}

/** Optimizers whose pieces keep something from step to step, beside the named ones. */
const composed: Readonly<Record<string, () => Optimizer>> = {
  "the evidence": () => gramGaussNewton({ prior: evidence() }),
  "the evidence by layers": () => gramGaussNewton({ prior: evidence({ groups: "layers", warmUps: 2 }) }),
  "damping by leave-one-out errors": () => gramGaussNewton({ damping: leaveOneOutDamping() }),
  "damping by the residuals": () => gramGaussNewton({ damping: residualDamping() }),
  "step halving with weight decay": () =>
    gramGaussNewton({ search: stepHalving(), prior: weightDecay(0.01) }),
  "K-FAC with factors reused": () => gramGaussNewton({ damping: 0.1, curvature: kfac({ reuse: 3 }) }),
  "K-FAC with weight decay": () =>
    gramGaussNewton({ curvature: kfac({ reuse: 4 }), prior: weightDecay(0.1) }),
  "layers with Gram matrices reused": () =>
    gramGaussNewton({ damping: 0.1, curvature: layerwise({ reuse: 3 }) }),
  "layers with weight decay": () =>
    gramGaussNewton({ curvature: layerwise({ reuse: 4 }), prior: weightDecay(0.1) }),
  "curvature of a few examples": () =>
    gramGaussNewton({ damping: 0.1, curvature: curvatureBatch({ examples: 3 }) }),
  "a low rank with momentum": () =>
    gramGaussNewton({ damping: 0.1, momentum: 0.9, curvature: nystrom({ rank: 4 }) }),
  "averaged weights of K-FAC": () =>
    weightAverage(gramGaussNewton({ damping: 0.1, curvature: kfac({ reuse: 2 }) })),
  "the last layer solved exactly, with momentum": () =>
    exactLastLayer(gramGaussNewton({ damping: 0.1, momentum: 0.5 }), { damping: 1e-6 }),
  "Nesterov's momentum": () => sgd({ nesterov: true }),
};

const all: readonly (readonly [string, () => Optimizer])[] = [
  ...Object.entries(namedOptimizers).map(([name, { make }]) => [name, () => make({})] as const),
  ...Object.entries(composed),
];

describe.each(all)("a run of %s", (_, make) => {
  // All rows, and batches of 7, 6 and 6.
  test.each<[number, DType]>([
    [19, "float64"],
    [7, "float64"],
    [7, "float32"],
  ])("that was saved goes on bit for bit, in batches of %i in %s", (batchSize, dtype) => {
    const expected = outcomeOf(finish(openRun(trainingOf(make(), batchSize, dtype))));
    // Within an epoch and at its end, before and after what is reused is made anew.
    for (const steps of [4, 6]) {
      const run = openRun(trainingOf(make(), batchSize, dtype));
      for (let step = 0; step < steps && !run.stop; step++) run.step();
      if (run.stop) continue;
      const saved = throughBytes(run.save());
      const resumed = openRun(trainingOf(make(), batchSize, dtype), saved);
      expect(outcomeOf(finish(resumed))).toEqual(expected);
      // The one that was saved was not disturbed.
      expect(outcomeOf(finish(run))).toEqual(expected);
    }
  });

  test("has a state that structuredClone takes", () => {
    const space = networkSpace(selectKernels("wasm", 1), "float64", network, 8);
    const state = make().init(space);
    expect(structuredClone(state)).toEqual(state);
  });
});

test("a saved run takes limits that were raised", () => {
  const training = trainingOf(gramGaussNewton(), 19, "float64");
  const run = finish(openRun(training));
  const more = { ...training, limits: { ...training.limits, maxSteps: 20 } };
  const resumed = finish(openRun(more, throughBytes(run.save())));
  expect(resumed.result()).toMatchObject({ steps: 20, stop: { reason: "max-steps" } });
});

test("a run that was stopped within an epoch goes on as if it had not been", () => {
  const training = () => trainingOf(gramGaussNewton({ damping: 0.1 }), 7, "float64");
  const expected = outcomeOf(finish(openRun(training())));
  const abort = new AbortController();
  const stopped = openRun({ ...training(), signal: abort.signal });
  for (let step = 0; step < 4; step++) stopped.step();
  abort.abort();
  stopped.step();
  expect(stopped.stop?.reason).toBe("aborted");
  const resumed = finish(openRun(training(), throughBytes(stopped.save())));
  expect(outcomeOf(resumed)).toEqual(expected);
});

test("a run that ended at its limits has ended when it is opened again", () => {
  const training = trainingOf(gramGaussNewton(), 19, "float64");
  const ended = finish(openRun(training));
  const again = openRun(training, throughBytes(ended.save()));
  expect(again.stop).toEqual(ended.stop);
  expect(outcomeOf(again)).toEqual(outcomeOf(ended));
});

test("a run has no result before it has ended", () => {
  const run = openRun(trainingOf(gramGaussNewton(), 19, "float64"));
  expect(() => run.result()).toThrow("bug: a training has no result before it has ended");
});
