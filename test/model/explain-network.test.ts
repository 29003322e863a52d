import { expect, test } from "vitest";
import type { DType } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { chooseGram, layerJacobians } from "../../src/linearization/block-kinds.ts";
import { gramWorkspace } from "../../src/linearization/gram-workspace.ts";
import { explainNetwork } from "../../src/model/explain-network.ts";
import { namedNetwork, networkNames } from "../../src/network/architectures.ts";
import { initialize } from "../../src/network/initialize.ts";
import type { Layer } from "../../src/network/layers.ts";
import { denseNetwork, type Network, outputCount, parameterBlocks } from "../../src/network/network.ts";
import { planNetwork } from "../../src/network/plan.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { chooseForm } from "../../src/posterior/form.ts";
import { datasetOf, plainInputs } from "../../src/residuals/dataset.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { stopDefaults } from "../../src/training/stop.ts";
import { train } from "../../src/training/train.ts";

const end: Layer = { kind: "dense", units: 1, activation: "identity" };

/** All ways of forming the Gram matrix, a frozen layer, and both sides of a residual layer. */
const mixed: Network = {
  inputs: 72,
  shape: [6, 6, 2],
  layers: [
    { kind: "conv2d", filters: 3, kernel: 3, trainable: false },
    {
      kind: "residual",
      body: [
        { kind: "conv2d", filters: 4, kernel: 3, stride: 3, activation: "tanh" },
        { kind: "conv2d", filters: 30, kernel: 2 },
      ],
      shortcut: [{ kind: "conv2d", filters: 30, kernel: 3, stride: 3, groups: 3 }],
    },
    { kind: "group-norm" },
    { kind: "scale", activation: "relu" },
    { kind: "max-pool", size: 2 },
    { kind: "flatten" },
    { kind: "dense", units: 2, activation: "identity" },
  ],
};

const networks: readonly (readonly [string, Network])[] = [
  ["all kinds of parts", mixed],
  ["a dense network", denseNetwork(5, [8, 7], 2)],
  ["a small one, in primal form", denseNetwork(2, [], 1)],
  ["cnn-small", namedNetwork("cnn-small", { shape: [8, 9, 1] })],
  ["resnet-20-gn", namedNetwork("resnet-20-gn", { shape: [8, 8, 3] })],
];

/** What training allocates for a step over the whole batch, without the data. */
async function bytesOfTraining(
  network: Network,
  dtype: DType,
  examples: number,
  optimizer: Optimizer,
  rowBytes: number,
) {
  const kernels = referenceKernels();
  const inputs = Array.from({ length: examples * network.inputs }, (_, i) => Math.sin(i));
  const targets = Array.from({ length: examples * outputCount(network) }, (_, i) => Math.cos(i));
  const dataset = datasetOf(kernels, dtype, examples, plainInputs(inputs, network.inputs), targets);
  const ofData = kernels.bytesAllocated;
  await train({
    kernels,
    dtype,
    residual: networkResidual(network, dataset, rowBytes),
    initial: initialize(network, 1),
    trainRows: Int32Array.from({ length: examples }, (_, i) => i),
    validationRows: new Int32Array(),
    optimizer,
    batchSize: examples,
    seed: 1,
    limits: { ...stopDefaults, maxSteps: 3 },
  });
  return kernels.bytesAllocated - ofData;
}

test.each(networks)(
  "the memory of %s is what training allocates, to the byte",
  async (_, network) => {
    for (const [dtype, memory] of [
      ["float64", 2 ** 28],
      ["float32", 3000],
    ] as const) {
      const examples = 6;
      const { form, bytes } = explainNetwork(network, { batchSize: examples, dtype, jacobianMemory: memory });
      const ours = gramGaussNewton({ damping: 1, form: form.form });
      expect(bytes).toEqual({
        sgd: await bytesOfTraining(network, dtype, examples, sgd(), memory),
        gramGaussNewton: await bytesOfTraining(network, dtype, examples, ours, memory),
      });
    }
  },
  60_000,
);

test.each(networks)("the parts of %s are formed as it is said", (_, network) => {
  for (const memory of [2 ** 28, 3000]) {
    if (network === mixed && memory > 3000) {
      const { layers } = explainNetwork(network, { batchSize: 6, dtype: "float64", jacobianMemory: memory });
      expect(new Set(layers.flatMap(({ gram }) => gram?.method ?? []))).toEqual(
        new Set(["pairs", "rows", "product"]),
      );
    }
    const plan = planNetwork(referenceKernels(), network, "float64", 6);
    const jacobians = layerJacobians(plan, gramWorkspace(plan, memory));
    const { layers } = explainNetwork(network, { batchSize: 6, dtype: "float64", jacobianMemory: memory });
    const said = layers.filter(({ parameters }) => parameters > 0).map(({ gram }) => gram?.method ?? null);
    expect(said).toEqual(jacobians.map(({ method, block }) => (block.trainable ? method : null)));
  }
});

test("says of each layer where it stands, what it gives, and how many units its rows are formed of at a time", () => {
  const { layers, parameters, trainable } = explainNetwork(mixed, {
    batchSize: 6,
    dtype: "float64",
    jacobianMemory: 3000,
  });
  const at = (where: string) => layers.find((layer) => layer.where === where)!;
  expect(at("layers[0]")).toMatchObject({
    layer: "conv2d 3, 3x3, frozen",
    output: "6x6x3",
    parameters: 57,
    gram: null,
  });
  expect(at("layers[1].body[0]")).toMatchObject({
    depth: 1,
    layer: "conv2d 4, 3x3, stride 3, tanh",
    output: "2x2x4",
  });
  expect(at("layers[1].shortcut[0]").layer).toBe("conv2d 30, 3x3, stride 3, groups 3");
  // 6 examples × 2 outputs × 28 rows × 8 bytes for each filter: 2688.
  expect(at("layers[1].body[0]").gram).toMatchObject({ method: "rows", units: 4, unitsAtOnce: 1 });
  expect(parameters - trainable).toBe(57);
  expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
});

test("takes the form that a step takes", () => {
  for (const [, network] of networks) {
    const { form } = explainNetwork(network, { batchSize: 6, dtype: "float64" });
    expect(form).toEqual(chooseForm(parameterBlocks(network), 6, outputCount(network), "float64"));
  }
  const { form } = explainNetwork(denseNetwork(2, [], 1), { batchSize: 6, dtype: "float64" });
  expect(form.form).toBe("primal");
});

test("counts the operations of a dense network as by hand", () => {
  // 3-4-1 with biases: 16 and 5 parameters; only the second layer carries derivatives on.
  const { flops, layers } = explainNetwork(denseNetwork(3, [4], 1), { batchSize: 2, dtype: "float64" });
  expect(flops.sgd).toBe(2 * 2 * 21 + 2 * 2 * 5 + 2 * 2 * 21);
  const gram = layers.reduce((sum, layer) => sum + layer.gram!.flops, 0);
  // b² rows + n² (units + 3).
  expect(gram).toBe(4 * 4 + 4 * 7 + (4 * 5 + 4 * 4));
  expect(flops.gramGaussNewton).toBe(flops.sgd + gram + 8 / 3);
});

test("counts a frozen beginning only forward", () => {
  const layers = (trainable: boolean): Layer[] => [
    { kind: "dense", units: 4, activation: "tanh", trainable },
    { kind: "dense", units: 4, activation: "tanh" },
    end,
  ];
  const flops = (trainable: boolean) =>
    explainNetwork({ inputs: 4, layers: layers(trainable) }, { batchSize: 1, dtype: "float64" }).flops.sgd;
  // Not Jᵀ r of the first layer, and nothing carried through the second.
  expect(flops(true) - flops(false)).toBe(2 * 20 + 2 * 20);
});

test.each(networkNames)("%s can be built for any size of pictures", (name) => {
  const network = namedNetwork(name, { shape: [20, 40, 3], outputs: 2 });
  expect(outputCount(network)).toBe(2);
  expect(network.inputs).toBe(2400);
});

test("the ResNet of depth 20 keeps the rows of J of one layer, not J, in memory", () => {
  const network = namedNetwork("resnet-20", { shape: [32, 32, 3] });
  const { bytes, trainable } = explainNetwork(network, { batchSize: 64, dtype: "float32" });
  const ofJ = 4 * 64 * trainable;
  const rows = parameterBlocks(network).map(
    (block) =>
      4 * chooseGram({ capacity: 64, outputs: 1, dtype: "float32", rowBytes: 2 ** 28 }, block).numbers,
  );
  expect(Math.max(...rows)).toBeLessThan(ofJ / 5);
  expect(bytes.gramGaussNewton).toBeLessThan(2 * bytes.sgd);
});
