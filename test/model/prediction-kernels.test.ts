import fc from "fast-check";
import { expect, test } from "vitest";
import { predictionKernels } from "../../src/kernels/wasm/prediction-kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { fit } from "../../src/model/fit.ts";
import { planPredictor } from "../../src/model/predictor.ts";
import { initialize } from "../../src/network/initialize.ts";
import * as predict from "../../src/predict.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { plainInputs } from "../../src/residuals/dataset.ts";
import { layeredNetworks } from "../network/layered-networks.ts";
import { quick, surface } from "./surfaces.ts";

test("the small kernels predict as all of them do, bit for bit, networks of all kinds of layers", async () => {
  const small = await predictionKernels();
  fc.assert(
    fc.property(layeredNetworks, fc.constantFrom("float32", "float64"), (network, dtype) => {
      const rows = 5;
      const gaussian = gaussianRandom(seededRandom(7));
      const xs = Float64Array.from({ length: rows * network.inputs }, () => Math.abs(gaussian()));
      const inputs = { source: plainInputs(xs, network.inputs), matrix: xs };
      const [ours, whole] = [small, wasmKernels(undefined, 1)].map((kernels) =>
        planPredictor(kernels, [{ network, blend: null }], initialize(network, 3), dtype)(inputs, rows),
      );
      expect(ours).toEqual(whole);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test.each([
  ["float64", 1],
  ["float32", 1],
  ["float64", 3],
] as const)(
  "gramian/predict reads a model of %s and %d networks, and predicts the same",
  async (dtype, ensemble) => {
    const { inputs, targets } = surface(60, 2);
    const model = await fit(inputs, targets, { ...quick, hidden: [33, 7], dtype, ensemble, seed: 2 });
    const same = await predict.readModel(await model.toBytes());
    expect(await same.predict(inputs)).toEqual(await model.predict(inputs));
    const shaped = { data: Float64Array.from(inputs.flat()), shape: [60, 2] as [number, number] };
    expect(await same.predict(shaped)).toEqual(await model.predict(inputs));
  },
);

test("gramian/predict refuses bytes that are no model", async () => {
  await expect(predict.readModel(new Uint8Array(3), "m.gramian")).rejects.toThrow(predict.ModelFileError);
});
