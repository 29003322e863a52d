import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "rolldown";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../../src/errors.ts";
import { readFileBytes, requireWritable, writeFileAtomically } from "../../src/formats/files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gramian-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fault(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileError);
  const { code, message } = error as FileError;
  return { code, message: message.replaceAll(folder, "F") };
}

describe("writeFileAtomically", () => {
  test("writes a new file and leaves nothing else", async () => {
    await writeFileAtomically(join(folder, "m"), Uint8Array.of(1, 2, 3));
    expect([...readFileSync(join(folder, "m"))]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(["m"]);
  });

  test("keeps the permissions of the file that it replaces", async () => {
    const path = join(folder, "m");
    writeFileSync(path, "old");
    chmodSync(path, 0o640);
    await writeFileAtomically(path, "new");
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("writes through a symbolic link", async () => {
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real/m"), "old");
    symlinkSync(join(folder, "real/m"), join(folder, "link"));
    await writeFileAtomically(join(folder, "link"), "new");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "real/m"), "utf8")).toBe("new");
  });

  test.skipIf(process.platform === "win32")("leaves a device a device", async () => {
    await writeFileAtomically("/dev/null", "bytes");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("takes a function that writes the content in pieces", async () => {
    await writeFileAtomically(join(folder, "m"), async (file) => {
      await file.write(Uint8Array.of(3, 4), 0, 2, 2);
      await file.write(Uint8Array.of(1, 2), 0, 2, 0);
    });
    expect([...readFileSync(join(folder, "m"))]).toEqual([1, 2, 3, 4]);
  });

  test("keeps the old file, and passes the error on, where such a function throws", async () => {
    writeFileSync(join(folder, "m"), "old");
    const error = new Error("enough");
    const writing = writeFileAtomically(join(folder, "m"), async (file) => {
      await file.write("new");
      throw error;
    });
    await expect(writing).rejects.toBe(error);
    expect(readFileSync(join(folder, "m"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["m"]);
  });

  test("names a folder that is missing", async () => {
    expect(await fault(writeFileAtomically(join(folder, "no/m"), "x"))).toEqual({
      code: "folder",
      message: 'F/no/m: there is no folder "F/no"; create it or give another place',
    });
  });

  test("refuses a folder", async () => {
    expect(await fault(requireWritable(folder))).toEqual({
      code: "directory",
      message: "F: is a folder; give the name of a file",
    });
  });

  test("refuses a path through a file", async () => {
    writeFileSync(join(folder, "file"), "");
    expect((await fault(requireWritable(join(folder, "file/m")))).code).toBe("folder");
  });

  test("removes what it began where the name can't be taken", async () => {
    const long = "x".repeat(300);
    expect((await fault(writeFileAtomically(join(folder, long), "x"))).message).toBe(
      `F/${long}: the name is too long; give a shorter one`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  // Root may write everywhere.
  test.skipIf(process.getuid?.() === 0)("refuses a folder without permission", async () => {
    chmodSync(folder, 0o500);
    expect((await fault(requireWritable(join(folder, "m")))).code).toBe("permission");
    chmodSync(folder, 0o700);
  });
});

/** Writes two contents in turn, for ever, and prints a line after each. */
const writer = (module: string, path: string) => `
  import { writeFileAtomically } from ${JSON.stringify(module)};
  const contents = [1, 2].map((byte) => new Uint8Array(${writtenBytes}).fill(byte));
  for (let i = 0; ; i++) {
    await writeFileAtomically(${JSON.stringify(path)}, contents[i % 2]);
    console.log(i);
  }`;
const writtenBytes = 4_000_000;

/** The writer as a file that a process can import. */
async function bundleWriter(dir: string): Promise<string> {
  const input = fileURLToPath(new URL("../../src/formats/files.ts", import.meta.url));
  await build({ input, platform: "node", output: { dir, entryFileNames: "writer.js" } });
  return pathToFileURL(join(dir, "writer.js")).href;
}

async function killAfterLines(child: ChildProcess, lines: number): Promise<void> {
  let seen = 0;
  for await (const _ of createInterface({ input: child.stdout! }))
    if (++seen === lines) child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

test("a process that is killed while it writes leaves a complete file", async () => {
  const module = await bundleWriter(folder);
  const path = join(folder, "m");
  for (const lines of [1, 2, 3, 4, 5]) {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", writer(module, path)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await killAfterLines(child, lines);
    expect(child.signalCode).toBe("SIGKILL");
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(writtenBytes);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
  }
});

describe("readFileBytes", () => {
  test("reads a file", async () => {
    writeFileSync(join(folder, "m"), "abc");
    expect(new TextDecoder().decode(await readFileBytes(join(folder, "m")))).toBe("abc");
  });

  test("names what is not there", async () => {
    expect(await fault(readFileBytes(join(folder, "m")))).toEqual({
      code: "missing",
      message: "F/m: there is no such file; check the path",
    });
    expect(await fault(readFileBytes(folder))).toEqual({
      code: "directory",
      message: "F: is a folder; give a file",
    });
  });
});
