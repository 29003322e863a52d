import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chromium, runPage } from "./run-page.ts";

const library = fileURLToPath(new URL("../../dist/browser/index.js", import.meta.url));

/** Fits, writes, reads and predicts. */
const page = `
  import { fit, readModel } from ${JSON.stringify(library)};
  const x = Array.from({ length: 60 }, (_, i) => i / 10);
  const model = await fit(x, x.map(Math.sin), { hidden: [8], seed: 1, maxSteps: 100 });
  const same = await readModel(await model.toBytes());
  const [first, second] = [await model.predict([1]), await same.predict([1])];
  done({ first, second, kernels: model.report.kernels });`;

test.skipIf(!chromium)(
  "the library runs in a page, bundled, without shared memory being allowed",
  async () => {
    const { error, first, second, kernels } = (await runPage(page)) as {
      readonly error?: string;
      readonly first: number[];
      readonly second: number[];
      readonly kernels: string;
    };
    expect(error).toBeUndefined();
    expect(kernels).toBe("wasm");
    expect(second).toEqual(first);
    // Smooth and without noise: two digits are far above what is reached.
    expect(Math.abs(first[0]! - Math.sin(1))).toBeLessThan(0.01);
  },
  60_000,
);
