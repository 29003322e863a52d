import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Runs of several optimizers: to their end, to a step where they are saved, or from there. */
const program = `
  import { readFileSync, writeFileSync } from "node:fs";
  import { deserialize, serialize } from "node:v8";
  const m = await import(${JSON.stringify(new URL("../../dist/methods.js", import.meta.url).href)});
  const [what, folder] = process.argv.slice(1);
  const network = m.denseNetwork(2, [6], 1);
  const rows = Int32Array.from({ length: 21 }, (_, i) => i);
  const inputs = Array.from({ length: 42 }, (_, i) => Math.cos(i * i));
  const targets = Array.from(rows, (i) => Math.sin(3 * inputs[2 * i]) + inputs[2 * i + 1]);
  const optimizers = {
    evidence: m.gramGaussNewton({ prior: m.evidence({ groups: "layers" }) }),
    kfac: m.gramGaussNewton({ damping: 0.1, curvature: m.kfac({ reuse: 3 }) }),
    layerwise: m.gramGaussNewton({ damping: 0.1, curvature: m.layerwise({ reuse: 3 }) }),
    nystrom: m.weightAverage(m.gramGaussNewton({ damping: 0.1, momentum: 0.9, curvature: m.nystrom({ rank: 4 }) })),
    lbfgs: m.lbfgs(),
    adam: m.adam(),
  };
  for (const [name, optimizer] of Object.entries(optimizers)) {
    const kernels = m.selectKernels("wasm", 1);
    const residual = m.networkResidual(network, m.loadDataset(kernels, "float64", 21, inputs, targets));
    const training = {
      kernels, dtype: "float64", residual, optimizer, seed: 3,
      initial: m.initialize(network, 1), trainRows: rows, validationRows: new Int32Array(),
      batchSize: name === "lbfgs" ? 21 : 8, limits: { ...m.stopDefaults, maxSteps: 13 },
    };
    const file = folder + "/" + name;
    const run = m.openRun(training, what === "resume" ? deserialize(readFileSync(file + ".saved")) : null);
    for (let step = 0; what === "save" ? step < 5 : !run.stop; step++) run.step();
    if (what === "save") writeFileSync(file + ".saved", serialize(run.save()));
    else writeFileSync(file + "." + what, serialize(run.result().last));
  }
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gramian-run-"));
  for (const what of ["whole", "save", "resume"])
    execFileSync(process.execPath, ["--input-type=module", "-e", program, what, folder]);
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(["evidence", "kfac", "layerwise", "nystrom", "lbfgs", "adam"])(
  "a run of %s that one process saved comes to the same bits in another",
  (name) => {
    const [whole, resumed] = ["whole", "resume"].map((what) => readFileSync(join(folder, `${name}.${what}`)));
    expect(resumed!.equals(whole!)).toBe(true);
  },
);
