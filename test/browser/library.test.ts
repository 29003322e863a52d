import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { expect, test } from "vitest";

const library = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

/** Fits, writes, reads and predicts, and leaves what came out as the page's text. */
const page = `
  import { fit, readModel } from ${JSON.stringify(library)};
  const x = Array.from({ length: 60 }, (_, i) => i / 10);
  try {
    const model = await fit(x, x.map(Math.sin), { hidden: [8], seed: 1, maxSteps: 100 });
    const same = await readModel(await model.toBytes());
    const [first, second] = [await model.predict([1]), await same.predict([1])];
    document.body.textContent = JSON.stringify({ first, second, kernels: model.report.kernels });
  } catch (error) {
    document.body.textContent = JSON.stringify({ error: error.stack });
  }`;

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

test.skipIf(!chromium)(
  "the library runs in a page, bundled, without shared memory being allowed",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "gramian-page-"));
    writeFileSync(join(folder, "index.html"), '<body><script type="module" src="./page.js"></script></body>');
    writeFileSync(join(folder, "page.js"), page);
    await build({ root: folder, base: "./", logLevel: "silent", build: { outDir: "out" } });
    const server = createServer(({ url }, response) => {
      const path = join(folder, "out", url === "/" ? "index.html" : url!);
      if (!existsSync(path)) response.writeHead(404).end();
      else response.setHeader("content-type", types[extname(path)] ?? "text/plain").end(readFileSync(path));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { stdout } = await promisify(execFile)(chromium!, [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", `--user-data-dir=${join(folder, "profile")}`],
      ...["--virtual-time-budget=20000", "--dump-dom", `http://127.0.0.1:${port}/`],
    ]);
    server.close();
    rmSync(folder, { recursive: true, force: true });
    const { error, first, second, kernels } = JSON.parse(/<body>(\{.*\})<\/body>/s.exec(stdout)![1]!) as {
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
