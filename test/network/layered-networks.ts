import fc from "fast-check";
import { NetworkError } from "../../src/errors.ts";
import { activations } from "../../src/kernels/activation.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { resolveLayers } from "../../src/network/resolve.ts";
import { describeShape, type Shape, sizeOf } from "../../src/network/shape.ts";

const activation = fc.constantFrom(...activations.filter((name) => name !== "gelu"));
const upTo = (max: number) => fc.integer({ min: 1, max });
const pairOf = (max: number) => fc.oneof(upTo(max), fc.tuple(upTo(max), upTo(max)));
const paddings = fc.oneof(
  fc.constantFrom("same" as const, "valid" as const, 0, 1, 2),
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
);
/** Mostly trained: a network of frozen layers alone tells little. */
const trainable = fc.constantFrom(true, true, true, false);
const scale = fc.constantFrom(1, 0.5, 2);
const widths = fc.constantFrom(1, 2, 3, 4);
/** Not near 0: a group of nearly equal numbers would multiply rounding errors by 1/√epsilon. */
const epsilon = fc.constantFrom(0.1, 1);

const kind = <K extends string>(name: K) => fc.constant(name);

const convolution2d = fc.record(
  {
    kind: kind("conv2d"),
    filters: widths,
    kernel: pairOf(3),
    activation,
    stride: pairOf(2),
    padding: paddings,
    dilation: pairOf(2),
    groups: upTo(2),
    bias: fc.boolean(),
    scale,
    trainable,
  },
  { requiredKeys: ["kind", "filters", "kernel"] },
);

const convolution1d = fc.record(
  {
    kind: kind("conv1d"),
    filters: widths,
    kernel: upTo(3),
    activation,
    stride: upTo(2),
    padding: fc.constantFrom("same" as const, "valid" as const, 0, 1, 2),
    dilation: upTo(2),
    groups: upTo(2),
    bias: fc.boolean(),
    scale,
    trainable,
  },
  { requiredKeys: ["kind", "filters", "kernel"] },
);

const pools = fc.record(
  {
    kind: fc.constantFrom("max-pool" as const, "average-pool" as const),
    size: pairOf(3),
    stride: pairOf(2),
    padding: paddings,
  },
  { requiredKeys: ["kind", "size"] },
);

const scales = fc.record(
  {
    kind: kind("scale"),
    per: fc.constantFrom("channel" as const, "layer" as const),
    scale: fc.boolean(),
    shift: fc.boolean(),
    activation,
    trainable,
  },
  { requiredKeys: ["kind"] },
);

const norms = fc.oneof(
  fc.record({ kind: kind("group-norm"), groups: upTo(2), epsilon }),
  fc.record({ kind: kind("group-norm"), epsilon }),
  fc.record({ kind: kind("layer-norm"), epsilon }),
);

const dense = fc.record(
  { kind: kind("dense"), units: widths, activation, bias: fc.boolean(), scale, trainable },
  { requiredKeys: ["kind", "units", "activation"] },
);

const embeddings = fc.record({
  kind: kind("embedding"),
  column: fc.nat(2),
  levels: upTo(4),
  units: upTo(3),
  trainable,
});

const plain: fc.Arbitrary<Layer> = fc.oneof(
  fc.record({ kind: kind("activation"), activation }),
  fc.constant<Layer>({ kind: "dropout", rate: 0.5 }),
);

type Side = "image" | "sequence" | "vector";

/** Layers of which most fit an input of that kind, residual ones up to two deep. */
function layersFor(side: Side): fc.Arbitrary<Layer[]> {
  const weighted = (layer: fc.Arbitrary<Layer>, weight: number) => ({ arbitrary: layer, weight });
  const own = {
    image: [weighted(convolution2d, 5), weighted(pools, 2)],
    sequence: [weighted(convolution1d, 5), weighted(pools, 1)],
    vector: [weighted(dense, 4), weighted(embeddings, 2)],
  }[side];
  const simple = fc.oneof(...own, weighted(scales, 2), weighted(norms, 1), weighted(plain, 1));
  const residualOf = (layer: fc.Arbitrary<Layer>): fc.Arbitrary<Layer> =>
    fc.record(
      {
        kind: kind("residual"),
        body: fc.array(layer, { minLength: 1, maxLength: 3 }),
        shortcut: fc.array(simple, { maxLength: 1 }),
        activation,
      },
      { requiredKeys: ["kind", "body"] },
    );
  const inner = fc.oneof(weighted(simple, 3), weighted(residualOf(simple), 1));
  return fc.array(fc.oneof(weighted(simple, 3), weighted(residualOf(inner), 2)), {
    minLength: 1,
    maxLength: 4,
  });
}

interface Fitted {
  readonly layers: readonly Layer[];
  readonly shape: Shape;
}

/** Leaves out the layers that do not fit where they stand. */
function fitLayers(layers: readonly Layer[], shape: Shape): Fitted {
  return layers.reduce<Fitted>(
    (fitted, layer) => {
      const next = fitLayer(layer, fitted.shape);
      return next ? { layers: [...fitted.layers, next.layer], shape: next.shape } : fitted;
    },
    { layers: [], shape },
  );
}

function fitLayer(layer: Layer, shape: Shape): { layer: Layer; shape: Shape } | null {
  const fitted = layer.kind === "residual" ? fitResidual(layer, shape) : layer;
  try {
    return { layer: fitted, shape: resolveLayers("layers", [fitted], shape, []).output };
  } catch (error) {
    if (error instanceof NetworkError) return null;
    throw error;
  }
}

/** Where the body changes the shape, a shortcut of the same layers does too. */
function fitResidual(layer: Layer & { kind: "residual" }, shape: Shape): Layer {
  const body = fitLayers(layer.body, shape);
  const { shortcut, ...rest } = layer;
  if (describeShape(body.shape) !== describeShape(shape))
    return { ...rest, body: body.layers, shortcut: body.layers };
  const side = shortcut && fitLayers(shortcut, shape);
  const fits = side && describeShape(side.shape) === describeShape(shape);
  return { ...rest, body: body.layers, ...(fits ? { shortcut: side.layers } : {}) };
}

const ends = fc.record({
  pool: fc.constantFrom("global-pool" as const, "flatten" as const),
  /** 0 leaves the dense layer at the end out. */
  outputs: fc.integer({ min: 0, max: 3 }),
});

/** Most numbers between two layers, for twins that take one at a time. */
const mostNumbers = 60;

function networkOf(
  side: Side,
  { height, width, channels }: Shape,
  layers: readonly Layer[],
  { pool, outputs }: { pool: "global-pool" | "flatten"; outputs: number },
): Network {
  const input = { height, width, channels };
  const fitted = fitLayers(layers, input);
  const isLarge = sizeOf(fitted.shape) > 6;
  // Something must be trained.
  const last: Layer = { kind: "dense", units: Math.max(1, outputs), activation: "identity" };
  const end: Layer[] = outputs > 0 || isLarge ? [{ kind: pool }, last] : [{ kind: "scale" }];
  const shape = { image: { shape: [height, width, channels] }, sequence: { shape: [width, channels] } };
  return {
    inputs: sizeOf(input),
    ...(side === "vector" ? {} : shape[side]),
    layers: [...fitted.layers, ...end],
  };
}

const sides: Record<Side, fc.Arbitrary<Shape>> = {
  image: fc.record({ height: upTo(4), width: upTo(4), channels: fc.constantFrom(1, 2, 4) }),
  sequence: fc.record({ height: fc.constant(1), width: upTo(7), channels: fc.constantFrom(1, 2, 4) }),
  vector: fc.record({ height: fc.constant(1), width: fc.constant(1), channels: upTo(5) }),
};

/** Networks of one kind of input. */
function networksOn(side: Side): fc.Arbitrary<Network> {
  return fc
    .tuple(sides[side], layersFor(side), ends)
    .map(([shape, layers, end]) => networkOf(side, shape, layers, end))
    .filter(({ inputs }) => inputs <= mostNumbers);
}

/** Networks of all kinds of layers, residual ones within residual ones, frozen ones among trained ones. */
export const layeredNetworks: fc.Arbitrary<Network> = fc.oneof(
  { arbitrary: networksOn("image"), weight: 3 },
  { arbitrary: networksOn("sequence"), weight: 1 },
  { arbitrary: networksOn("vector"), weight: 2 },
);

/** Inputs of some examples: also categories, and numbers that are none, where a network looks for them. */
export function examplesFor(
  { inputs, layers }: Network,
  count: number,
  gaussian: () => number,
): readonly (readonly number[])[] {
  const hasCategories = JSON.stringify(layers).includes('"embedding"');
  const number = hasCategories ? () => Math.round(3 * gaussian()) / 2 : gaussian;
  return Array.from({ length: count }, () => Array.from({ length: inputs }, number));
}

/** The kinds of all layers of a network, those within others too. */
export function kindsOf(layers: readonly Layer[]): readonly string[] {
  return layers.flatMap((layer) =>
    layer.kind === "residual"
      ? [layer.kind, ...kindsOf(layer.body), ...kindsOf(layer.shortcut ?? [])]
      : [layer.kind],
  );
}
