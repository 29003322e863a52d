import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as methods from "../../src/methods.ts";

test("docs/optimizers.md names every piece that gramian/methods exports, and no other", () => {
  const text = readFileSync(new URL("../../docs/optimizers.md", import.meta.url), "utf8");
  const prose = text.replace(/```js\n[\s\S]*?```/g, "");
  const code = [...prose.matchAll(/`([^`]*)`/g)].map((match) => match[1]!).join("\n");
  const named = [...code.matchAll(/(\w+)\(/g)].map((match) => match[1]!);
  for (const name of named) expect(methods).toHaveProperty(name);
  const door = readFileSync(new URL("../../src/methods.ts", import.meta.url), "utf8");
  const isPiece = (file: string) => /optimizers\/(?!optimizer\.ts)|curvatures\//.test(file);
  const exported = [...door.matchAll(/export \{([^}]*)\} from "([^"]+)"/g)]
    .filter(([, , file]) => isPiece(file!))
    .flatMap(([, names]) => names!.split(","))
    .map((name) => name.trim())
    .filter((name) => /^[a-z]\w*$/.test(name));
  expect(exported.length).toBeGreaterThan(20);
  for (const name of exported) expect(named).toContain(name);
});

test("the examples of docs/optimizers.md run, and come to what they say", () => {
  const text = readFileSync(new URL("../../docs/optimizers.md", import.meta.url), "utf8");
  const door = JSON.stringify(new URL("../../dist/methods.js", import.meta.url).href);
  const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(examples).toHaveLength(2);
  const outputs = examples.map((code) => {
    const input = code.replace('"gramian/methods"', door);
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], {
      input,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout;
  });
  const [b1, b2] = outputs[1]!
    .match(/[\d.]+(?=,| )/g)!
    .slice(-2)
    .map(Number);
  // Three values with two digits behind the point, two parameters: the formula's own are 2 and 0.5.
  expect(Math.abs(b1! - 2)).toBeLessThan(0.01);
  expect(Math.abs(b2! - 0.5)).toBeLessThan(0.01);
});
