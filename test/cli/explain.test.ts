import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallConvolutionalNetwork } from "../../src/network/architectures.ts";
import { denseNetwork, parameterCount } from "../../src/network/network.ts";
import { jsonLines, makeWorkplace, tableOf } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);
const dense = denseNetwork(1, [4], 1);
beforeAll(() => {
  place.write("sine.csv", tableOf(80, Math.sin));
  place.write("dense.json", JSON.stringify(dense));
  place.write("broken.json", '{"inputs": 1, "layers": [');
  place.write("list.json", "[1]");
  place.write("width.json", '{"inputs": 1, "layers": [{"kind": "dense", "units": 0, "activation": "tanh"}]}');
  place.write("text.txt", "hello");
});

const quick = ["--target", "y", "--max-steps", "5"];

describe("gramian explain", () => {
  test("shows the layers of a network with a name, and what a step takes", async () => {
    const { code, stdout, stderr } = await place.run(
      "explain",
      "resnet-20-gn",
      "--image-size",
      "8x6",
      "--channels",
      "1",
      "--batch-size",
      "4",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^layer +output +parameters +Gram matrix by +Gflop +memory$/);
    expect(lines[1]).toMatch(/^conv2d 16, 3x3 +8x6x16 +144 +(rows|pairs) +[0-9.e-]+ +[0-9.]+ kB$/);
    expect(lines.filter((line) => /^ {2}shortcut: conv2d/.test(line))).toHaveLength(2);
    expect(lines.find((line) => /^dense 1 /.test(line))).toMatch(/ 65 +product /);
    for (const start of ["SGD ", "Gram-Gauss-Newton ", "ratio "])
      expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
    expect(stdout).toContain("The step solves with the Gram matrix, 4 x 4");
  });

  test("says how many filters are taken at a time where memory is scarce", async () => {
    const { stdout } = await place.run("explain", "cnn-small", "--jacobian-memory", "1MB");
    expect(stdout).toMatch(/rows, \d+ of 32 at a time/);
  });

  test("writes the network, which can be explained and says the same", async () => {
    const named = await place.run("explain", "cnn-small", "--image-size", "20x40", "--write", "cnn.json");
    expect(named.stderr).toBe("wrote cnn.json\n");
    expect(JSON.parse(readFileSync(join(place.folder, "cnn.json"), "utf8"))).toEqual(
      smallConvolutionalNetwork({ shape: [20, 40, 3] }),
    );
    const { stdout } = await place.run("explain", "cnn.json");
    expect(stdout).toBe(named.stdout);
  });

  test("writes a line of JSON for each layer, and one for the network", async () => {
    const { stdout } = await place.run("explain", "dense.json", "--json", "--batch-size", "2");
    const lines = jsonLines(stdout);
    expect(lines.map(({ event }) => event)).toEqual(["layer", "layer", "network"]);
    expect(lines[0]).toMatchObject({ where: "layers[0]", parameters: 8, gram: { method: "product" } });
    expect(lines[2]).toMatchObject({
      network: "1-4-1 tanh",
      parameters: parameterCount(dense),
      batchSize: 2,
    });
  });

  test("explains a model, in its precision", async () => {
    await place.run("train", "sine.csv", ...quick, "--network", "dense.json", "--dtype", "float32");
    const { stdout } = await place.run("explain", "model.gramian");
    expect(stdout).toContain("batches of 64, float32");
  });

  test.each([
    [
      ["resnet-21"],
      2,
      '<what>: "resnet-21" is neither a file nor a network\'s name; did you mean "resnet-20"?',
    ],
    [["broken.json"], 3, "broken.json: is not JSON: "],
    [["list.json"], 3, "list.json: network: is no JSON object; "],
    [["width.json"], 3, "width.json: network.layers[0].units: 0 is not a whole number of at least 1"],
    [["text.txt"], 3, "text.txt: is not a gramian model: "],
    [
      ["dense.json", "--channels", "1"],
      2,
      '--channels: is for the networks with names; "dense.json" says it itself',
    ],
    [
      ["dense.json", "--write", "dense.json"],
      2,
      '--write: "dense.json" is what is explained; give another name',
    ],
    [["cnn-small", "--jacobian-memory", "5"], 2, '--jacobian-memory: "5" is not an amount of memory'],
  ])("refuses %j", async (args, code, message) => {
    const result = await place.run("explain", ...args);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toContain(`error: ${message}`);
  });
});

describe("gramian train --network", () => {
  test("trains the network of a file, also where a configuration names it", async () => {
    const { code, stderr } = await place.run("train", "sine.csv", ...quick, "--network", "dense.json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/\n {2}network +1-4-1 tanh, 13 parameters \(as asked\)\n/);
    place.write(
      "run.json",
      JSON.stringify({ target: ["y"], maxSteps: 5, network: "dense.json", memory: "1MB" }),
    );
    const configured = await place.run("train", "sine.csv", "--config", "run.json");
    expect(configured.stderr).toContain("1-4-1 tanh, 13 parameters (as asked)");
  });

  test("compares optimizers on it", async () => {
    const { code, stdout } = await place.run(
      "compare",
      "sine.csv",
      ...quick,
      "--network",
      "dense.json",
      "--optimizers",
      "adam,levenberg-marquardt",
      "--json",
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ network: "1-4-1 tanh", parameters: 13 });
  });

  test.each([
    [
      "a network for pictures",
      ["--network", "resnet-20"],
      2,
      'options.network: "resnet-20" is made for pictures',
    ],
    ["layers besides", ["--network", "dense.json", "--hidden", "3"], 2, "options.hidden: "],
    ["no network", ["--network", "nope"], 2, '--network: "nope" is neither a file nor a network\'s name'],
    ["a folder", ["--network", "."], 3, ".: is a folder; give a file"],
    ["a broken file", ["--network", "broken.json"], 3, "broken.json: is not JSON: "],
  ])("refuses %s", async (_, args, code, message) => {
    const result = await place.run("train", "sine.csv", ...quick, ...args);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(`error: ${message}`);
  });
});
