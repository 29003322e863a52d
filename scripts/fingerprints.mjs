// Lists a SHA-256 of what a fixed set of fits leads to: a change that should change no number changes no line.
//
//     npm run fingerprints > before.txt      then change the code, and again:      npm run fingerprints | diff before.txt -
//
// A line stands for the parameters of a model, its encoder and its report, times aside; all by the WebAssembly kernels
// on one thread, so that lines depend on nothing but the code and the engine's arithmetic.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as gramian from "../dist/index.js";

const { fit: fitRows, fitTable, readTable } = gramian;
const fitPictures = gramian.fitPictures ?? (await import("../dist/pictures.js")).fitPictures;
const root = fileURLToPath(new URL("..", import.meta.url));
const wasm = { kernels: "wasm", threads: 1 };

/** All names but "auto". */
const optimizers = [
  ...[
    "gram-gauss-newton",
    "levenberg-marquardt",
    "spring",
    "eigenvalue-cutoff",
    "layerwise",
    "curvature-batch",
  ],
  ...[
    "nystrom",
    "hylo",
    "sketched-gradients",
    "kfac",
    "component-wise",
    "exact-last-layer",
    "weight-average",
  ],
  ...["ggn-score", "lbfgs", "adam", "sgd", "polyak"],
];

/** Numbers in [0, 1) from a linear congruential generator (Knuth's MMIX). */
function* numbers(seed) {
  for (let state = BigInt(seed); ; ) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    yield Number(state >> 11n) / 2 ** 53;
  }
}

/** A smooth surface of three inputs with a little noise, for one target or for two. */
function surface(rows, outputs = 1) {
  const random = numbers(7);
  const next = () => random.next().value;
  const inputs = Array.from({ length: rows }, () => [next(), next(), next()]);
  const targets = inputs.map(([a, b, c]) =>
    [Math.sin(5 * a) * b + c ** 2, Math.cos(3 * b) + a * c]
      .slice(0, outputs)
      .map((y) => y + 0.02 * (next() - 0.5)),
  );
  return [inputs, targets];
}

/** Bytes of a NumPy array of gray pictures with a bright square, and the columns of the squares' places. */
function squares(count, size) {
  const random = numbers(11);
  const pixels = Buffer.alloc(count * size * size);
  const rows = Array.from({ length: count }, (_, i) => {
    const [x, y] = [0, 1].map(() => Math.floor(random.next().value * (size - 3)));
    for (let dy = 0; dy < 3; dy++)
      for (let dx = 0; dx < 3; dx++) pixels[i * size * size + (y + dy) * size + x + dx] = 255;
    return `${x},${y}`;
  });
  const shape = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count}, ${size}, ${size}), }`;
  const header = shape.padEnd(117).concat("\n");
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return { npy: Buffer.concat([prefix, Buffer.from(header), pixels]), csv: `x,y\n${rows.join("\n")}\n` };
}

const isTime = new Set(["seconds", "secondsLeft"]);

function print(name, model) {
  const header = JSON.stringify(model.header, (key, value) => (isTime.has(key) ? 0 : value));
  const { buffer, byteOffset, byteLength } = model.parameters;
  const hash = createHash("sha256")
    .update(header)
    .update(new Uint8Array(buffer, byteOffset, byteLength));
  const [error] = ["test", "validation", "train"].flatMap((part) => model.report.errors.rmse[part] ?? []);
  console.log(`${name.padEnd(44)} ${hash.digest("hex").slice(0, 32)} ${error}`);
}

async function surfaces() {
  for (const optimizer of optimizers)
    for (const dtype of ["float64", "float32"]) {
      const options = { ...wasm, optimizer, dtype, hidden: [8, 6], test: 0.15, maxSteps: 30, seed: 3 };
      const batchSize = ["levenberg-marquardt", "lbfgs"].includes(optimizer) ? undefined : 48;
      print(`${optimizer} ${dtype}`, await fitRows(...surface(220), { ...options, batchSize }));
      print(
        `${optimizer} ${dtype}, all rows, 2 targets`,
        await fitRows(...surface(90, 2), { ...options, batchSize: 90 }),
      );
    }
  print("auto", await fitRows(...surface(150), { ...wasm, test: 0.2, seed: 1 }));
  print("auto, 2 targets", await fitRows(...surface(150, 2), { ...wasm, test: 0.2, seed: 1 }));
  print("auto, ensemble of 3", await fitRows(...surface(120), { ...wasm, ensemble: 3, seed: 5 }));
  print("auto, without validation", await fitRows(...surface(100), { ...wasm, validation: 0 }));
  print(
    "auto, mini-batches and a polish",
    await fitRows(...surface(7000), { ...wasm, maxSteps: 120, seed: 2 }),
  );
}

async function tables() {
  const table = (name) => readTable(join(root, "node_modules/vega-datasets/data", name));
  const cars = await table("cars.json");
  const options = { ...wasm, targets: ["Miles_per_Gallon"], test: 0.15 };
  print("cars", (await fitTable(cars, options)).model);
  print("cars, dates as days", (await fitTable(cars, { ...options, dates: "days" })).model);
  print("cars, ensemble of 2", (await fitTable(cars, { ...options, ensemble: 2, seed: 4 })).model);
  print("cars, incomplete rows dropped", (await fitTable(cars, { ...options, missing: "drop" })).model);
  const movies = await table("movies.json");
  const ratings = { ...wasm, targets: ["IMDB Rating"], maxSteps: 15, seed: 1, test: 0 };
  print("movies", (await fitTable(movies, ratings)).model);
}

async function pictures() {
  const folder = mkdtempSync(join(tmpdir(), "fingerprints-"));
  try {
    const { npy, csv } = squares(160, 12);
    const [images, labels] = [join(folder, "squares.npy"), join(folder, "squares.csv")];
    writeFileSync(images, npy);
    writeFileSync(labels, csv);
    const reading = { images, table: await readTable(labels), targets: ["x"] };
    for (const optimizer of ["auto", "kfac", "layerwise", "nystrom", "sketched-gradients", "adam"]) {
      const { model } = await fitPictures(reading, {
        ...wasm,
        optimizer,
        maxSteps: 12,
        batchSize: 32,
        test: 0,
      });
      print(`pictures, ${optimizer}`, model);
    }
    const augment = { shift: 1 };
    const { model } = await fitPictures(
      { ...reading, targets: ["x", "y"], augment },
      { ...wasm, maxSteps: 12, test: 0 },
    );
    print("pictures, shifted, 2 targets", model);
    const small = { ...wasm, network: "resnet-20", maxSteps: 3, batchSize: 16, test: 0 };
    print("pictures, resnet-20", (await fitPictures(reading, small)).model);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await surfaces();
await tables();
await pictures();
