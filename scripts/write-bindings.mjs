// Writes what src/kernels/signatures.ts says once about each operation: the exports of the WebAssembly module, one for
// each precision of the arrays, and the functions that call them with the addresses of arrays.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";

const head = "// Written by scripts/write-bindings.mjs from src/kernels/signatures.ts.\n\n";

/** Writes generated/exports.ts into the AssemblyScript sources and generated/bind-exports.ts beside them. */
export async function writeBindings(root) {
  const { signatures, results } = await readSignatures(root);
  const operations = Object.entries(signatures).map(([name, kinds]) => describe(name, kinds, results[name]));
  const assembly = join(root, "src/kernels/wasm/assembly");
  write(join(assembly, "generated"), "exports.ts", moduleExports(operations, findSources(assembly)));
  write(join(root, "src/kernels/wasm/generated"), "bind-exports.ts", bindings(operations));
}

/** Node before 23 can't import TypeScript. */
async function readSignatures(root) {
  const bundler = await rolldown({ input: join(root, "src/kernels/signatures.ts") });
  const { output } = await bundler.generate({ format: "esm" });
  await bundler.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

function write(folder, file, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), head + text);
}

/** An operation with its parameters, and those of them that tell the precision of X and of Y, where it has such. */
function describe(name, kinds, result) {
  const parameters = kinds.map((kind, place) => ({ kind, name: `p${place}` }));
  const precise = ["X", "Y"].flatMap((letter) => parameters.find(({ kind }) => kind === letter) ?? []);
  return { name, parameters, precise, result };
}

/** The file of each function of the AssemblyScript sources. */
function findSources(assembly) {
  const files = readdirSync(assembly).filter((file) => file.endsWith(".ts"));
  return new Map(
    files.flatMap((file) => {
      const text = readFileSync(join(assembly, file), "utf8");
      return [...text.matchAll(/^export function (\w+)/gm)].map(([, name]) => [name, basename(file, ".ts")]);
    }),
  );
}

// AssemblyScript

function moduleExports(operations, sources) {
  const imports = operations.map(({ name, precise }) => {
    const source = sources.get(name);
    if (!source) throw new Error(`kernels: no AssemblyScript source exports "${name}"; write it`);
    return `${precise.length > 0 ? "import" : "export"} { ${name} } from "../${source}";\n`;
  });
  const functions = operations.flatMap((operation) =>
    precisions(operation.precise.length).map((types) => moduleExport(operation, types)),
  );
  return [...imports, ...functions].join("");
}

/** Every choice of `count` precisions; none for an operation that has just one. */
function precisions(count) {
  if (count === 0) return [];
  const rest = count === 1 ? [[]] : precisions(count - 1);
  return ["f32", "f64"].flatMap((type) => rest.map((others) => [type, ...others]));
}

function moduleExport({ name, parameters, result }, types) {
  // A window is set before the call.
  const passed = parameters.filter(({ kind }) => kind !== "window");
  const list = passed.map((parameter) => `${parameter.name}: ${assemblyType(parameter.kind, types[0])}`);
  const values = passed.map((parameter) => parameter.name).join(", ");
  const call = `${result ? "return " : ""}${name}<${types.join(", ")}>(${values});`;
  const suffix = types.map((type) => type.slice(1)).join("");
  const returned = result ? assemblyType(result) : "void";
  return `\nexport function ${name}${suffix}(${list.join(", ")}): ${returned} {\n  ${call}\n}\n`;
}

/** Arrays are addresses. */
function assemblyType(kind, real) {
  return { flag: "bool", real, float64: "f64", activation: "i32" }[kind] ?? "usize";
}

// TypeScript

function bindings(operations) {
  const names = operations.flatMap(({ name, precise }) =>
    precise.length === 0
      ? [name]
      : precisions(precise.length).map((types) => name + types.map((type) => type.slice(1)).join("")),
  );
  return `import { activations } from "../../activation.ts";
import type { Kernels } from "../../kernels.ts";
import type { Operation } from "../../signatures.ts";
import { addressOf, type Exports, setWindow } from "../exports.ts";

export function bindExports(exports: Exports): Pick<Kernels, Operation> {
  // Looked up once: a look-up by name costs as much as a call.
${names.map((name) => `  const ${name} = exports.${name}!;\n`).join("")}  return {
${operations.map(binding).join("")}  };
}
`;
}

/** A function of its own for each operation: one that all share would be called in too many ways to be compiled well. */
function binding({ name, parameters, precise, result }) {
  const list = parameters.map((parameter) => parameter.name).join(", ");
  const window = parameters.find(({ kind }) => kind === "window");
  const values = parameters.filter((parameter) => parameter !== window).map(passedValue);
  const call = `${pick(name, precise)}(${values.join(", ")})`;
  const body = [
    ...(window ? [`setWindow(exports, ${window.name});`] : []),
    `${result ? "return " : ""}${call}${result === "flag" ? " !== 0" : ""};`,
  ];
  return `    ${name}(${list}) {\n${body.map((line) => `      ${line}\n`).join("")}    },\n`;
}

function passedValue({ kind, name }) {
  if (kind === "activation") return `activations.indexOf(${name})`;
  return /^(X|Y|X\?|indices|float64s)$/.test(kind) ? `addressOf(${name})` : name;
}

/** The export for the precisions of the arrays at hand. */
function pick(name, [array, ...others]) {
  if (!array) return name;
  return `(${array.name} instanceof Float32Array ? ${pick(`${name}32`, others)} : ${pick(`${name}64`, others)})`;
}
