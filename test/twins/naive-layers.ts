import type { Conv1dLayer, Conv2dLayer } from "../../src/network/layers/convolution.ts";
import type { DenseLayer } from "../../src/network/layers/dense.ts";
import type { EmbeddingLayer } from "../../src/network/layers/embedding.ts";
import type { NormLayer } from "../../src/network/layers/norm.ts";
import type { PoolLayer } from "../../src/network/layers/pool.ts";
import type { ResidualLayer } from "../../src/network/layers/residual.ts";
import type { ScaleLayer } from "../../src/network/layers/scale.ts";
import type { Padding, Pair } from "../../src/network/layers/window.ts";
import type { Layer } from "../../src/network/layers.ts";
import {
  type Network,
  type ParameterBlock,
  parameterBlocks,
  trainableCount,
} from "../../src/network/network.ts";
import {
  activate,
  add,
  constant,
  type Dual,
  inverseRoot,
  largest,
  mean,
  subtract,
  times,
  timesNumber,
} from "./dual.ts";

/*
 * The slow, obvious twin of networks of all kinds of layers: one example, one parameter, one number at a time. It
 * shares with the library the description of layers, and where the parameters of each stand in their vector.
 */

/** Numbers [y][x][channel]. */
type Image = Dual[][][];

/** Answers with parameter `index` of the layer whose turn it is. */
type Theta = (index: number) => Dual;

/** Gives out the parameters of each layer that has some, in the order of the layers. */
type NextTheta = () => Theta;

const numbers = (count: number) => [...new Array(count).keys()];
const pair = (value: Pair): readonly [number, number] => (typeof value === "number" ? [value, value] : value);
const flat = (image: Image): Dual[] => image.flat(2);
const vector = (values: Dual[]): Image => [[values]];
const mapNumbers = (image: Image, f: (x: Dual, channel: number) => Dual): Image =>
  image.map((row) => row.map((pixel) => pixel.map(f)));

function run(layers: readonly Layer[], image: Image, next: NextTheta): Image {
  return layers.reduce((x, layer) => runLayer(layer, x, next), image);
}

function runLayer(layer: Layer, x: Image, next: NextTheta): Image {
  switch (layer.kind) {
    case "dense":
      return vector(dense(layer, flat(x), next()));
    case "conv2d":
      return convolution(layer, x, next());
    case "conv1d":
      return convolution(asConv2d(layer), x, next());
    case "max-pool":
    case "average-pool":
      return pool(layer, x);
    case "global-pool":
      return vector(x[0]![0]!.map((_, c) => mean(x.flat().map((pixel) => pixel[c]!))));
    case "flatten":
      return vector(flat(x));
    case "scale":
      return scale(layer, x, next());
    case "group-norm":
    case "layer-norm":
      return norm(layer, x);
    case "activation":
      return mapNumbers(x, (value) => activate(layer.activation, value));
    case "dropout":
      return x;
    case "embedding":
      return vector(embedding(layer, flat(x), next()));
    case "residual":
      return residual(layer, x, next);
  }
}

/** One unit: s Σ_i θ_ij ã_i. */
function unit(theta: Theta, inputs: readonly Dual[], bias: boolean, j: number, units: number, s: number) {
  let total = constant(0);
  for (const [i, a] of inputs.entries()) total = add(total, times(a, theta(i * units + j)));
  if (bias) total = add(total, theta(inputs.length * units + j));
  return timesNumber(total, s);
}

function dense(
  { units, activation, bias = true, scale = 1 }: DenseLayer,
  inputs: readonly Dual[],
  theta: Theta,
): Dual[] {
  return numbers(units).map((j) => activate(activation, unit(theta, inputs, bias, j, units, scale)));
}

function asConv2d(layer: Conv1dLayer): Conv2dLayer {
  const { kernel, stride = 1, padding = "same", dilation = 1 } = layer;
  return {
    ...layer,
    kind: "conv2d",
    kernel: [1, kernel],
    stride: [1, stride],
    dilation: [1, dilation],
    padding: typeof padding === "number" ? [0, padding] : padding,
  };
}

/** Where windows begin along one direction. */
function starts(length: number, size: number, stride: number, dilation: number, padding: "same" | number) {
  const span = (size - 1) * dilation + 1;
  if (padding === "same") {
    const count = Math.ceil(length / stride);
    const zeros = Math.max(0, (count - 1) * stride + span - length);
    return numbers(count).map((i) => i * stride - Math.floor(zeros / 2));
  }
  const all: number[] = [];
  for (let at = -padding; at + span <= length + padding; at += stride) all.push(at);
  return all;
}

const alongAxis = (padding: Padding, axis: number): "same" | number =>
  padding === "same" ? "same" : padding === "valid" ? 0 : pair(padding)[axis]!;

/** For each position the places [y][x] under its window, outside of the image too. */
function windows(x: Image, kernel: Pair, stride: Pair, dilation: Pair, padding: Padding) {
  const [kernels, strides, dilations] = [pair(kernel), pair(stride), pair(dilation)];
  const [ys, xs] = [x.length, x[0]!.length].map((length, axis) =>
    starts(length, kernels[axis]!, strides[axis]!, dilations[axis]!, alongAxis(padding, axis)),
  );
  return ys!.map((top) =>
    xs!.map((left) =>
      numbers(kernels[0]).flatMap((ky) =>
        numbers(kernels[1]).map((kx) => [top + ky * dilations[0], left + kx * dilations[1]] as const),
      ),
    ),
  );
}

function convolution(layer: Conv2dLayer, x: Image, theta: Theta): Image {
  const { filters, kernel, activation = "identity", groups = 1, bias = true, scale = 1 } = layer;
  const { stride = 1, dilation = 1, padding = "same" } = layer;
  const perGroup = x[0]![0]!.length / groups;
  return windows(x, kernel, stride, dilation, padding).map((row) =>
    row.map((places) => {
      const seen = numbers(groups).map((group) =>
        places.flatMap(([y, left]) =>
          numbers(perGroup).map((c) => x[y]?.[left]?.[group * perGroup + c] ?? constant(0)),
        ),
      );
      return numbers(filters).map((j) => {
        const group = Math.floor(j / (filters / groups));
        return activate(activation, unit(theta, seen[group]!, bias, j, filters, scale));
      });
    }),
  );
}

function pool({ kind, size, stride = size, padding = "valid" }: PoolLayer, x: Image): Image {
  return windows(x, size, stride, 1, padding).map((row) =>
    row.map((places) =>
      x[0]![0]!.map((_, c) => {
        const inside = places.flatMap(([y, left]) => x[y]?.[left]?.[c] ?? []);
        return kind === "max-pool" ? largest(inside) : mean(inside);
      }),
    ),
  );
}

function scale(layer: ScaleLayer, x: Image, theta: Theta): Image {
  const { per = "channel", scale: hasScale = true, shift = true, activation = "identity" } = layer;
  const width = per === "channel" ? x[0]![0]!.length : 1;
  return mapNumbers(x, (value, channel) => {
    const c = per === "channel" ? channel : 0;
    const scaled = hasScale ? times(theta(c), value) : value;
    const shifted = shift ? add(scaled, theta((hasScale ? width : 0) + c)) : scaled;
    return activate(activation, shifted);
  });
}

function norm({ kind, groups, epsilon = 1e-5 }: NormLayer, x: Image): Image {
  const channels = x[0]![0]!.length;
  const count = kind === "layer-norm" ? 1 : (groups ?? (channels % 8 === 0 ? channels / 8 : 1));
  const groupOf = (c: number) => Math.floor(c / (channels / count));
  const statistics = numbers(count).map((group) => {
    const members = x.flat().flatMap((pixel) => pixel.filter((_, c) => groupOf(c) === group));
    const centre = mean(members);
    const squares = members.map((value) => times(subtract(value, centre), subtract(value, centre)));
    return { centre, inverse: inverseRoot(add(mean(squares), constant(epsilon))) };
  });
  return mapNumbers(x, (value, c) => {
    const { centre, inverse } = statistics[groupOf(c)]!;
    return times(subtract(value, centre), inverse);
  });
}

function embedding({ column, levels, units }: EmbeddingLayer, x: readonly Dual[], theta: Theta): Dual[] {
  const code = numbers(levels).find((level) => level === x[column]!.value);
  const trained = numbers(units).map((j) => (code === undefined ? constant(0) : theta(code * units + j)));
  return [...trained, ...x.filter((_, j) => j !== column)];
}

function residual(
  { body, shortcut = [], activation = "identity" }: ResidualLayer,
  x: Image,
  next: NextTheta,
) {
  const ofBody = run(body, x, next);
  const ofShortcut = run(shortcut, x, next);
  return ofBody.map((row, y) =>
    row.map((pixel, at) =>
      pixel.map((value, c) => activate(activation, add(value, ofShortcut[y]![at]![c]!))),
    ),
  );
}

/** f of one example, with the derivatives with respect to parameter `direction`; `blocks` are the network's. */
function evaluate(
  network: Network,
  blocks: readonly ParameterBlock[],
  theta: ArrayLike<number>,
  x: readonly number[],
  direction: number,
) {
  const { inputs, shape = [inputs], layers } = network;
  const [channels, width = 1] = [...shape].reverse() as [number, number?];
  const height = inputs / (channels * width);
  const image = numbers(height).map((y) =>
    numbers(width).map((left) =>
      numbers(channels).map((c) => constant(x[(y * width + left) * channels + c]!)),
    ),
  );
  let turn = 0;
  const next = (): Theta => {
    const { offset } = blocks[turn++]!;
    return (index) => ({ value: theta[offset + index]!, slope: offset + index === direction ? 1 : 0 });
  };
  return flat(run(layers, image, next));
}

/** f of one example. */
export function naiveOutputs(network: Network, theta: ArrayLike<number>, x: readonly number[]): number[] {
  return evaluate(network, parameterBlocks(network), theta, x, -1).map(({ value }) => value);
}

/** The Jacobian as nested arrays: a row for each (example, output), a column for each trainable parameter. */
export function naiveLayersJacobian(
  network: Network,
  theta: ArrayLike<number>,
  xs: readonly (readonly number[])[],
): number[][] {
  const blocks = parameterBlocks(network);
  const p = trainableCount(blocks);
  return xs.flatMap((x) => {
    const columns = numbers(p).map((j) => evaluate(network, blocks, theta, x, j).map(({ slope }) => slope));
    return columns[0]!.map((_, k) => columns.map((column) => column[k]!));
  });
}
