import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as methods from "../../src/methods.ts";

test("docs/optimizers.md names every piece that gramian/methods exports, and no other", () => {
  const text = readFileSync(new URL("../../docs/optimizers.md", import.meta.url), "utf8");
  const code = [...text.matchAll(/`([^`]*)`/g)].map((match) => match[1]!).join("\n");
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
