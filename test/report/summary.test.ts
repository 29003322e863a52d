import { describe, expect, test } from "vitest";
import { cautions, decisivePart, summarize } from "../../src/report/summary.ts";
import { exampleErrors, exampleFit } from "./example-report.ts";

const noTest = { train: 4, validation: 4, test: 0 };
const trainOnly = { train: 4, validation: 0, test: 0 };

describe("the sentence of the result", () => {
  test("speaks of the rows that say most about new data", () => {
    expect(decisivePart(exampleFit())).toBe("test");
    expect(decisivePart(exampleFit({ rows: noTest }))).toBe("validation");
    expect(decisivePart(exampleFit({ rows: trainOnly }))).toBe("train");
    expect(summarize(exampleFit({ rows: trainOnly }), ["y"])).toBe(
      "Predicts y with a typical error (RMSE) of 2.10 on the rows that it was fitted to; ridge regression: 3.30.",
    );
  });

  test("names the first few of many targets", () => {
    expect(summarize(exampleFit(), ["a", "b", "c", "d", "e"])).toMatch(
      /^Predicts a, b, c and 2 more targets with/,
    );
  });

  test("falls back to the RMSE of several targets without an R²", () => {
    expect(summarize(exampleFit({ errors: exampleErrors(2, null) }), ["a", "b"])).toContain("(RMSE) of 2 ");
  });
});

describe("cautions", () => {
  test("are none where the network is better on test rows", () => {
    expect(cautions(exampleFit())).toEqual([]);
    expect(cautions(exampleFit({ members: 5 }))).toEqual([
      expect.stringMatching(/^Each network of the ensemble holds out other rows/),
    ]);
  });

  test("say that rows were not kept apart", () => {
    expect(cautions(exampleFit({ rows: noTest }))[0]).toContain("slightly larger error");
    expect(cautions(exampleFit({ rows: trainOnly }))[0]).toContain("No rows were kept apart");
  });

  test("prefer ridge regression where it is as good", () => {
    expect(cautions(exampleFit({ errors: exampleErrors(3.29) }))[0]).toContain("Ridge regression");
  });

  test("say where the model is ridge regression", () => {
    const decisions = [{ what: "model", choice: "linear", why: "no better" }];
    expect(cautions(exampleFit({ decisions, errors: exampleErrors(3.29) }))).toEqual([
      "This model is ridge regression, a linear model: no network was better on the validation rows.",
    ]);
  });

  test("say where the mean is as good", () => {
    expect(cautions(exampleFit({ errors: exampleErrors(7) }))[0]).toContain(
      "no better than predicting the mean",
    );
  });

  test("judge several targets by R²: their units differ", () => {
    const targets = ["a", "b"].map((name) => ({ name, errors: exampleErrors(1) }));
    expect(cautions(exampleFit({ targets, errors: exampleErrors(100, 0.9) }))).toEqual([]);
    expect(cautions(exampleFit({ targets, errors: exampleErrors(0.1, 0.8) }))[0]).toContain(
      "Ridge regression",
    );
  });
});
