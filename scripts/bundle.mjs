// Bundles the package: 130 small modules would take longer to find than to run.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Loaded by both entries as one file: everything but what only the command line needs. */
const library = {
  name: "library",
  test: /\/src\/(?!cli\/|report\/|index\.ts$)|\/node_modules\/fastest-levenshtein\//,
};

/** Reads Node's Buffer when it is loaded: apart, so that bundlers leave it out of a page that reads no text. */
const csv = { name: "csv-parse", priority: 1, test: /\/node_modules\/csv-parse\// };

const shared = new Set([library.name, csv.name]);

/**
 * Writes dist/ from src/, with its development dependencies that the code imports; what package.json lists as a
 * dependency stays outside. Names are kept, so that stack traces can be read without source maps.
 */
export async function bundle(root) {
  const { dependencies = {}, optionalDependencies = {} } = readJson(join(root, "package.json"));
  const outside = new Set(Object.keys({ ...dependencies, ...optionalDependencies }));
  const bundler = await rolldown({
    cwd: root,
    input: { index: "src/index.ts", "cli/main": "src/cli/main.ts" },
    external: (id) => id.startsWith("node:") || outside.has(id),
    platform: "node",
    // ES modules where a package has them: those need no `require`, which browsers, which load library.js too, lack.
    resolve: { mainFields: ["module", "main"] },
  });
  const { output } = await bundler.write({
    dir: "dist",
    chunkFileNames: ({ name }) => (shared.has(name) ? "[name].js" : "cli/[name].js"),
    comments: { legal: true, annotation: true, jsdoc: false },
    codeSplitting: { groups: [library, csv] },
  });
  await bundler.close();
  writeLicenses(root, output);
}

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
