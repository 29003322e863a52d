import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "vite";

/** The browser's command; undefined where there is none. */
export const chromium: string | undefined = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/**
 * Bundles a program as a page's module, opens the page in a browser, and returns what the program's last call, `done`,
 * was given, or the error that it threw.
 *
 * @param program May await; `done` takes what JSON can hold. @param headers Of each answer of the server.
 */
export async function runPage(
  program: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "gramian-page-"));
  writeFileSync(join(folder, "index.html"), '<body><script type="module" src="./page.js"></script></body>');
  writeFileSync(join(folder, "page.js"), reporting(program));
  await build({ root: folder, base: "./", logLevel: "silent", build: { outDir: "out" } });
  const { server, answer } = await serve(join(folder, "out"), headers);
  const { port } = server.address() as AddressInfo;
  // In a group of its own, so that all its processes end with it: those that are left would still write files.
  const browser = spawn(
    chromium!,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", `--user-data-dir=${join(folder, "profile")}`],
      `http://127.0.0.1:${port}/`,
    ],
    { detached: true, stdio: "ignore" },
  );
  const ended = new Promise((resolve) => browser.on("exit", resolve));
  try {
    return JSON.parse(await answer);
  } finally {
    process.kill(-browser.pid!, "SIGKILL");
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Imports stay at the head; the rest runs in a function whose errors are sent as an answer. */
function reporting(program: string): string {
  const lines = program.split("\n");
  const imports = lines.filter((line) => /^\s*import /.test(line));
  const rest = lines.filter((line) => !/^\s*import /.test(line));
  return `${imports.join("\n")}
const done = (answer) => fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
(async () => {\n${rest.join("\n")}\n})().catch((error) => done({ error: error.stack }));`;
}

async function serve(
  folder: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ server: Server; answer: Promise<string> }> {
  let resolveAnswer: (request: Promise<string>) => void;
  const answer = new Promise<string>((resolve) => {
    resolveAnswer = resolve;
  });
  const server = createServer((request: IncomingMessage, response) => {
    if (request.method === "POST") {
      resolveAnswer(text(request));
      response.end();
      return;
    }
    const path = join(folder, request.url === "/" ? "index.html" : request.url!);
    if (!existsSync(path)) response.writeHead(404).end();
    else
      response
        .writeHead(200, { "content-type": types[extname(path)] ?? "text/plain", ...headers })
        .end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, answer };
}
