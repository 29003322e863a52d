import { describe, expect, test } from "vitest";
import { NetworkError } from "../../src/errors.ts";
import type { Layer } from "../../src/network/layers.ts";
import { type Network, validateNetwork } from "../../src/network/network.ts";

const convolution = { kind: "conv2d", filters: 4, kernel: 3 };
const sequence = { kind: "conv1d", filters: 4, kernel: 3 };
const pool = { kind: "max-pool", size: 2 };
const scale = { kind: "scale" };
const dense = { kind: "dense", units: 1, activation: "identity" };
const embedding = { kind: "embedding", column: 0, levels: 3, units: 2 };

/** On pictures of 5 × 6 with 4 channels. */
const on = (...layers: object[]) => ({ inputs: 120, shape: [5, 6, 4], layers });
const onVector = (...layers: object[]) => ({ inputs: 4, layers });
const [first, second] = ["network.layers[0]", "network.layers[1]"];

const whole = (value: unknown, least: number) =>
  `${JSON.stringify(value)} is not a whole number of at least ${least}, or two of them`;

const shapes: [object, string][] = [
  [
    { ...on(dense), shape: [5, 6] },
    "network.shape: 1x5x6 are 30 numbers, network.inputs is 120; make them equal",
  ],
  [
    { ...on(dense), shape: [120] },
    "network.shape: [120] is neither [height, width, channels] nor [length, channels]",
  ],
  [{ ...on(dense), shape: [5, 6, 4, 1] }, "network.shape: [5,6,4,1] is neither"],
  [{ ...on(dense), shape: [5, 6, 4.5] }, "network.shape: [5,6,4.5] is neither"],
  [{ ...on(dense), shape: [0, 6, 4] }, "network.shape: [0,6,4] is neither"],
  [{ ...on(dense), shape: "5x6x4" }, 'network.shape: "5x6x4" is neither'],
];

const windows: [object, string][] = [
  [on({ ...convolution, kernel: 0 }), `${first}.kernel: ${whole([0, 0], 1)}`],
  [on({ ...convolution, kernel: [3] }), `${first}.kernel: ${whole([3], 1)}`],
  [on({ ...convolution, kernel: [3, 1.5] }), `${first}.kernel: ${whole([3, 1.5], 1)}`],
  [on({ ...convolution, kernel: "3" }), `${first}.kernel: ${whole("3", 1)}`],
  [on({ kind: "conv2d", filters: 4 }), `${first}.kernel: undefined is not a whole number of at least 1`],
  [on({ ...convolution, stride: 0 }), `${first}.stride: ${whole([0, 0], 1)}`],
  [on({ ...convolution, dilation: [1, -1] }), `${first}.dilation: ${whole([1, -1], 1)}`],
  [on({ ...convolution, padding: -1 }), `${first}.padding: ${whole([-1, -1], 0)}`],
  [on({ ...convolution, padding: [1, 2, 3] }), `${first}.padding: ${whole([1, 2, 3], 0)}`],
  [
    on({ ...convolution, padding: "full" }),
    `${first}.padding: "full" is unknown; use "same", "valid" or a number`,
  ],
  [
    on({ ...convolution, kernel: [6, 3], padding: "valid" }),
    `${first}: its window spans 6 of 5 positions of an input of 5x6x4; make it smaller, or pad`,
  ],
  [
    on({ ...convolution, dilation: [1, 4], padding: [0, 1] }),
    `${first}: its window spans 9 of 8 positions of an input of 5x6x4`,
  ],
  [on({ ...sequence, kernel: 0 }), `${first}.kernel: ${whole([1, 0], 1)}`],
  [on({ ...sequence, kernel: 7, padding: "valid" }), `${first}: its window spans 7 of 6 positions`],
  [on({ ...pool, size: 0 }), `${first}.size: ${whole([0, 0], 1)}`],
  [on({ ...pool, size: 6 }), `${first}: its window spans 6 of 5 positions`],
  [
    on({ ...pool, padding: 2 }),
    `${first}.padding: 2 leaves windows of size 2 outside of the image; give less than the size`,
  ],
  [on({ ...pool, size: [3, 1], padding: [2, 1] }), `${first}.padding: 1 leaves windows of size 1 outside`],
];

const blocks: [object, string][] = [
  [on({ ...convolution, filters: 0 }), `${first}.filters: 0 is not a whole number of at least 1`],
  [on({ ...convolution, groups: 0.5 }), `${first}.groups: 0.5 is not a whole number of at least 1`],
  [
    on({ ...convolution, groups: 3 }),
    `${first}.groups: 3 does not divide 4 channels and 4 filters; use a divisor of both`,
  ],
  [
    on({ ...convolution, filters: 6, groups: 4 }),
    `${first}.groups: 4 does not divide 4 channels and 6 filters`,
  ],
  [
    on({ ...convolution, activation: "swish" }),
    `${first}.activation: "swish" is unknown; use one of identity`,
  ],
  [on({ ...convolution, scale: Number.NaN }), `${first}.scale: NaN is not a finite number`],
  [on({ ...convolution, gain: Infinity }), `${first}.gain: Infinity is not a finite number`],
  [on({ ...scale, gain: Number.NaN }), `${first}.gain: NaN is not a finite number`],
  [on({ ...scale, per: "pixel" }), `${first}.per: "pixel" is unknown; use "channel" or "layer"`],
  [on({ ...scale, scale: false, shift: false }), `${first}: has neither scale nor shift; leave it out`],
  [on({ ...scale, activation: "swish" }), `${first}.activation: "swish" is unknown`],
  [on({ kind: "activation", activation: "swish" }), `${first}.activation: "swish" is unknown`],
  [on({ kind: "activation" }), `${first}.activation: "undefined" is unknown`],
  [on({ kind: "group-norm", groups: 3 }), `${first}.groups: 3 does not divide 4 channels`],
  [on({ kind: "group-norm", groups: 0 }), `${first}.groups: 0 is not a whole number of at least 1`],
  [on({ kind: "layer-norm", epsilon: 0 }), `${first}.epsilon: 0 is not a finite number above 0`],
  [
    on(dense),
    `${first}: is dense, and gets 5x6x4 numbers at many positions; put { kind: "flatten" } or { kind: "global-pool" } before it`,
  ],
  [onVector({ ...dense, gain: Number.NaN }), `${first}.gain: NaN is not a finite number`],
  [onVector({ ...embedding, levels: 0 }), `${first}.levels: 0 is not a whole number of at least 1`],
  [onVector({ ...embedding, units: 0 }), `${first}.units: 0 is not a whole number of at least 1`],
  [onVector({ ...embedding, gain: Infinity }), `${first}.gain: Infinity is not a finite number`],
  [onVector({ ...embedding, column: 4 }), `${first}.column: 4 is not one of the 4 inputs; they count from 0`],
  [onVector({ ...embedding, column: 0.5 }), `${first}.column: 0.5 is not one of the 4 inputs`],
  [on(embedding), `${first}.column: 0 is not one of the 5x6x4 inputs`],
];

const structure: [object, string][] = [
  [
    on(convolution, { kind: "batch-norm" }),
    `${second}.kind: "batch-norm" mixes the examples of a batch, so that no example has a row of the Jacobian of its own; use "group-norm" and a "scale" layer, or residual layers whose last convolution has gain 0`,
  ],
  [
    on({ kind: "pooling" }),
    `${first}.kind: "pooling" is unknown; use "dense", "conv2d", "conv1d", "max-pool", "average-pool", "global-pool", "flatten", "scale", "group-norm", "layer-norm", "activation", "dropout", "embedding" or "residual"`,
  ],
  [on({ kind: "residual", body: [] }), `${first}.body: is empty; give the layers whose result is added`],
  [on({ kind: "residual" }), `${first}.body: is not a list of layers`],
  [on({ kind: "residual", body: [convolution], shortcut: {} }), `${first}.shortcut: is not a list of layers`],
  [
    on({ kind: "residual", body: [convolution], activation: "swish" }),
    `${first}.activation: "swish" is unknown`,
  ],
  [
    on({ kind: "residual", body: [{ ...convolution, stride: 2 }] }),
    `${first}: its body gives 3x3x4, its shortcut 5x6x4, which can't be added; give the shortcut a convolution of kernel 1 with as many filters and as large a stride`,
  ],
  [
    on({ kind: "residual", body: [convolution, { kind: "residual", body: [convolution, { kind: "x" }] }] }),
    `${first}.body[1].body[1].kind: "x" is unknown`,
  ],
  [
    on({ kind: "residual", body: [convolution], shortcut: [convolution, null] }),
    `${first}.shortcut[1]: is null; give for example { kind: "dense"`,
  ],
  [
    on({ kind: "global-pool" }, { kind: "activation", activation: "tanh" }),
    "network.layers: none has parameters; give at least a dense layer at the end",
  ],
];

describe("a network of layers that can't be built is refused by the place of the fault", () => {
  test.each([...shapes, ...windows, ...blocks, ...structure])("%j", (network, message) => {
    expect(() => validateNetwork(network as Network)).toThrow(NetworkError);
    expect(() => validateNetwork(network as Network)).toThrow(message);
  });

  test("and what the messages advise is accepted", () => {
    const advised: Network[] = [
      on({ kind: "flatten" }, dense),
      on({ kind: "global-pool" }, dense),
      on({ kind: "group-norm" }, scale),
      on({ kind: "residual", body: [convolution, { ...convolution, gain: 0 }] }),
      on({
        kind: "residual",
        body: [{ ...convolution, stride: 2 }],
        shortcut: [{ ...convolution, kernel: 1, stride: 2 }],
      }),
      on({ ...convolution, kernel: [7, 8], padding: 1 }),
    ].map((network) => network as { inputs: number; layers: object[] } as Network);
    for (const network of advised) expect(() => validateNetwork(network)).not.toThrow();
  });
});

test("layers without positions are layers of one position", () => {
  const layers: Layer[] = [{ kind: "conv2d", filters: 2, kernel: 3 }, { kind: "global-pool" }];
  expect(() => validateNetwork({ inputs: 4, layers })).not.toThrow();
});
