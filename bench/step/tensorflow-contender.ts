import type * as TensorFlow from "@tensorflow/tfjs-core";
import type * as Layers from "@tensorflow/tfjs-layers";
import type { DenseLayer } from "../../src/network/layers/dense.ts";
import { isDense } from "../../src/network/network.ts";
import type { Contender } from "./contender.ts";
import { ratesFor, type SharedStart } from "./shared-start.ts";
import { beginSteps, timeSteps } from "./time-steps.ts";

type Backend = "cpu" | "wasm";

interface Modules {
  readonly tf: typeof TensorFlow;
  readonly layers: typeof Layers;
}

let loaded: Modules | null = null;

/**
 * TensorFlow.js on its cpu and its wasm backend, with SGD and Adam, for dense networks. It has float32 only, and one
 * thread in Node.
 */
export async function tensorflowContenders(start: SharedStart): Promise<readonly Contender[]> {
  if (!isDense(start.network)) return [];
  loaded ??= await loadModules();
  const modules = loaded;
  return (["wasm", "cpu"] as const).flatMap((backend) =>
    (["sgd", "adam"] as const).map((optimizer) => contender(modules, backend, optimizer, start)),
  );
}

async function loadModules(): Promise<Modules> {
  const [tf, layers] = await Promise.all([
    import("@tensorflow/tfjs-core"),
    import("@tensorflow/tfjs-layers"),
    import("@tensorflow/tfjs-backend-cpu"),
    import("@tensorflow/tfjs-backend-wasm"),
  ]);
  // Without its checks for programmers, and without its recommendation of another package.
  tf.enableProdMode();
  return { tf, layers };
}

function contender(
  modules: Modules,
  backend: Backend,
  optimizer: "sgd" | "adam",
  start: SharedStart,
): Contender {
  const { tf } = modules;
  let run: ReturnType<typeof prepare>;
  return {
    system: `tfjs-${backend}`,
    optimizer,
    kernels: null,
    threads: 1,
    async begin(steps) {
      await tf.setBackend(backend);
      run = prepare(modules, optimizer, start);
      return beginSteps(steps, run);
    },
    async time(steps) {
      await tf.setBackend(backend);
      return timeSteps(steps, run.step);
    },
    async end() {
      run.dispose();
    },
  };
}

function prepare({ tf, layers }: Modules, optimizer: "sgd" | "adam", start: SharedStart) {
  const {
    network: { inputs },
    targets,
    case: { batch },
  } = start;
  const model = buildModel({ tf, layers }, start);
  const x = tf.tensor2d(Float32Array.from(start.inputs), [batch, inputs]);
  const y = tf.tensor2d(Float32Array.from(start.targets), [batch, targets.length / batch]);
  const rates = ratesFor(start.network);
  const method =
    optimizer === "sgd" ? tf.train.sgd(rates.sgd) : tf.train.adam(rates.adam, 0.9, 0.999, rates.adamEpsilon);
  const cost = (): TensorFlow.Scalar =>
    tf.tidy(() => {
      const f = model.apply(x, { training: true }) as TensorFlow.Tensor;
      return tf.mul(tf.mean(tf.square(tf.sub(f, y))), 0.5) as TensorFlow.Scalar;
    });
  const read = (scalar: TensorFlow.Scalar): number => {
    const value = scalar.dataSync()[0]!;
    scalar.dispose();
    return value;
  };
  return {
    step: () => void method.minimize(cost),
    loss: () => read(cost()),
    dispose() {
      for (const owner of [model, method, x, y]) owner.dispose();
    },
  };
}

function buildModel({ tf, layers }: Modules, { network, parameters }: SharedStart) {
  const widths = [network.inputs, ...(network.layers as readonly DenseLayer[]).map(({ units }) => units)];
  const model = layers.sequential();
  const weights: TensorFlow.Tensor[] = [];
  let offset = 0;
  const take = (length: number) => {
    offset += length;
    return Float32Array.from(parameters.subarray(offset - length, offset));
  };
  for (let l = 1; l < widths.length; l++) {
    const [inputs, units] = [widths[l - 1]!, widths[l]!];
    const activation = l < widths.length - 1 ? "tanh" : "linear";
    // Zeros first: its default initializer takes seconds on wide layers.
    model.add(layers.layers.dense({ units, activation, inputShape: [inputs], kernelInitializer: "zeros" }));
    weights.push(tf.tensor2d(take(inputs * units), [inputs, units]), tf.tensor1d(take(units)));
  }
  model.setWeights(weights);
  for (const weight of weights) weight.dispose();
  return model;
}
