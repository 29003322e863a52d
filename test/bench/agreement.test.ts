import { describe, expect, test } from "vitest";
import { type Begun, checkAgreement } from "../../bench/step/agreement.ts";
import type { Contender } from "../../bench/step/contender.ts";

const neverAsked = async () => {
  throw new Error("only the losses are looked at");
};

function begun(
  optimizer: Contender["optimizer"],
  system: Contender["system"],
  losses: readonly number[],
): Begun {
  const contender = { system, optimizer, kernels: null, threads: 1, begin: neverAsked, time: neverAsked };
  return { contender, beginning: { losses, milliseconds: losses.slice(1).map(() => 1) } };
}

describe("systems count as computing the same", () => {
  test("where their losses agree to 1e-4 in float32", () => {
    const all = [
      begun("sgd", "gramian", [1, 0.8, 0.7]),
      begun("sgd", "pytorch", [1, 0.800_07, 0.7]),
      // Its steps are slow: it took only one.
      begun("sgd", "tfjs-cpu", [1, 0.8]),
    ];
    expect(checkAgreement(all, "float32")).toEqual({ agreed: all, refusals: [], remarks: [] });
  });

  test("not where a loss differs after any step, and the others of that method are refused with it", () => {
    const gauss = begun("gram-gauss-newton", "gramian", [1, 0.5]);
    const all = [begun("sgd", "gramian", [1, 0.8]), begun("sgd", "pytorch", [1, 0.8001]), gauss];
    const { agreed, refusals } = checkAgreement(all, "float32");
    expect(agreed).toEqual([gauss]);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain("after 1 steps pytorch sgd, 1 thread has the loss 0.8001");
  });

  test("not where a loss is not a number", () => {
    const all = [begun("adam", "gramian", [1, 0.8]), begun("adam", "pytorch", [1, Number.NaN])];
    expect(checkAgreement(all, "float32").agreed).toEqual([]);
  });

  test("to 1e-8 in float64", () => {
    const all = [begun("adam", "gramian", [1, 0.8]), begun("adam", "pytorch", [1, 0.800_000_1])];
    expect(checkAgreement(all, "float32").agreed).toEqual(all);
    expect(checkAgreement(all, "float64").agreed).toEqual([]);
  });

  test("the Gram step with and without a Jacobian", () => {
    const all = [begun("gram-gauss-newton", "gramian", [1, 0.5]), begun("vmap-gram", "pytorch", [1, 0.6])];
    expect(checkAgreement(all, "float32").agreed).toEqual([]);
  });

  test("with a remark where there is only one", () => {
    const { agreed, remarks } = checkAgreement([begun("sgd", "gramian", [1, 0.8])], "float32");
    expect(agreed).toHaveLength(1);
    expect(remarks).toEqual(["not checked, only one system here computes it: sgd"]);
  });

  test("not where the losses hardly change: a system that does nothing would agree", () => {
    const all = [begun("sgd", "gramian", [1, 0.999]), begun("sgd", "pytorch", [1, 0.999])];
    expect(checkAgreement(all, "float32").agreed).toEqual([]);
  });
});
