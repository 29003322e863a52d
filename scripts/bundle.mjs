// Bundles the package: its many small modules would take longer to find than to run.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** The doors of the package, package.json's `exports`. */
const doors = ["index", "methods", "pictures", "predict"];

/** Loaded by all doors but the small one, as one file: everything but what only the command line needs. */
const library = {
  name: "library",
  test: /\/src\/(?!(cli|report)\/|(index|methods|pictures|predict)\.ts$)|\/node_modules\/fastest-levenshtein\//,
};

/** Reads Node's Buffer when it is loaded: apart, so that bundlers leave it out of a page that reads no text. */
const csv = { name: "csv-parse", priority: 1, test: /\/node_modules\/csv-parse\// };

// ES modules where a package has them: those need no `require`, which browsers lack.
const resolve = { mainFields: ["module", "main"] };

/**
 * Writes dist/ from src/ for Node, and dist/browser/ for pages, with the development dependencies that the code imports;
 * what package.json lists as a dependency stays outside. Names are kept, so that stack traces can be read without
 * source maps.
 */
export async function bundle(root) {
  const { dependencies = {}, optionalDependencies = {} } = readJson(join(root, "package.json"));
  const outside = new Set(Object.keys({ ...dependencies, ...optionalDependencies }));
  const entries = Object.fromEntries(doors.map((door) => [door, `src/${door}.ts`]));
  const forNode = {
    cwd: root,
    external: (id) => id.startsWith("node:") || outside.has(id),
    platform: "node",
    resolve,
  };
  const forPages = { cwd: root, platform: "browser", plugins: [withoutNode], resolve };
  const written = await write(forNode, { ...entries, "cli/main": "src/cli/main.ts" }, "dist");
  await write(forPages, entries, "dist/browser");
  writeLicenses(root, written);
}

async function write(options, input, dir) {
  // What the small door needs is a file of its own, which the others load too.
  const small = new Set(await modulesOf({ ...options, input: input.predict }));
  for (const apart of [join(options.cwd, input.predict), noNode]) small.delete(apart);
  const core = { name: "core", priority: 2, test: (id) => small.has(id) };
  const shared = new Set([core.name, library.name, csv.name]);
  const bundler = await rolldown({ ...options, input });
  const { output } = await bundler.write({
    dir,
    chunkFileNames: ({ name }) =>
      shared.has(name) || !("cli/main" in input) ? "[name].js" : "cli/[name].js",
    comments: { legal: true, annotation: true, jsdoc: false },
    codeSplitting: { groups: [core, library, csv] },
  });
  await bundler.close();
  return output;
}

async function modulesOf(options) {
  const bundler = await rolldown(options);
  const { output } = await bundler.generate({});
  await bundler.close();
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

/** The module in place of those of Node. */
const noNode = "\0no-node";

/** For pages: x.browser.ts in place of x.ts where there is one, and nothing of Node. */
const withoutNode = {
  name: "without-node",
  async resolveId(id, importer) {
    if (id.startsWith("node:")) return noNode;
    if (!id.startsWith(".") || importer?.includes("/node_modules/")) return null;
    const found = await this.resolve(id, importer, { skipSelf: true });
    const instead = found?.id.replace(/\.ts$/, ".browser.ts");
    return instead && existsSync(instead) ? instead : found;
  },
  load(id) {
    if (id !== noNode) return null;
    return `throw new Error("a page has no files: use readModel, toBytes and parseTable in place of load, save and readTable");`;
  },
};

/** The licenses of the packages whose code is in the bundle ask to be passed on with it. */
function writeLicenses(root, output) {
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
  const packages = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/([^/@]+|@[^/]+\/[^/]+)/.exec(id)?.[0] ?? []),
  );
  const texts = [...packages].sort().map((folder) => {
    const { name, version, license } = readJson(join(folder, "package.json"));
    const file = ["LICENSE", "LICENSE.md"].find((candidate) => existsSync(join(folder, candidate)));
    if (!file) throw new Error(`bundle: ${name} has no license file; look for its license and add it here`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  writeFileSync(join(root, "dist/bundled-licenses.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}
