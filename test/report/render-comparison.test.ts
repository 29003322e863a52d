import { describe, expect, test } from "vitest";
import type { ComparedRun, Comparison } from "../../src/model/compare.ts";
import type { FitReport } from "../../src/model/fit-report.ts";
import { renderComparison } from "../../src/report/render-comparison.ts";
import { seriesClass } from "../../src/report/series.ts";
import { exampleErrors, exampleEvent, exampleFit } from "./example-report.ts";
import { chartNames, readDrawable } from "./read-drawable.ts";
import { readMarkup } from "./read-markup.ts";

function exampleRun(optimizer: string, rmse: number, changes: Partial<FitReport> = {}): ComparedRun {
  const report = exampleFit({ optimizer, errors: exampleErrors(rmse), ...changes });
  const spectrum = Float64Array.of(3 * rmse, rmse, 1e-9, 0);
  return { optimizer, batchSize: 32, stepMilliseconds: 2 * rmse, secondsToBest: rmse / 10, report, spectrum };
}

const firstOrder = {
  history: Array.from({ length: 12 }, (_, epoch) => exampleEvent(epoch, { damping: null, gainRatio: null })),
};

function example(changes: Partial<Comparison> = {}): Comparison {
  return {
    network: "3-8-1 tanh",
    parameters: 41,
    runs: [exampleRun("gram-gauss-newton", 2.5), exampleRun("adam", 1.5, firstOrder), exampleRun("sgd", 3.5)],
    best: 1,
    spectrum: Float64Array.of(2, 1, 1e-10, 0),
    notes: [{ column: "x", choice: "left out", why: "constant" }],
    encoder: { inputs: [], targets: [] },
    ...changes,
  };
}

const read = (comparison: Comparison) => readDrawable(renderComparison("price from houses.csv", comparison));

describe("the report of a comparison", () => {
  test("has its contents in order", () => {
    const { text, elements } = read(example());
    const order = [
      "price from houses.csv",
      "adam does best on the validation rows: RMSE 1.50 after 0.15 s; next is gram-gauss-newton, RMSE 2.50 after 0.25 s.",
      "Results",
      "Ridge regression: RMSE 3.300 train",
      "Training loss against steps",
      "Training loss against seconds",
      "Validation loss against steps",
      "Validation loss against seconds",
      "Step cost",
      "Damping",
      "Spectrum of the Gram matrix",
      "on 4 residual rows",
      "Why each stopped",
      "Columns",
      "Details",
    ].map((part) => text.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(chartNames(elements)).toHaveLength(7);
  });

  test("draws a line for each optimizer, damping only where there is one, and the start's spectrum", () => {
    const { elements } = read(example());
    const paths = elements.filter(
      ({ name, attributes }) => name === "path" && attributes.get("class") !== undefined,
    );
    const drawn = (style: string) =>
      paths.filter(({ attributes }) => attributes.get("class") === style).length;
    // The table, three legends, four charts of the loss, the spectrum; and damping.
    expect([drawn("series s0 d0"), drawn("series s1 d1"), drawn("series s2 d2")]).toEqual([10, 9, 10]);
    expect(drawn("start")).toBe(2);
  });

  test("marks the best row, and only that", () => {
    const { elements } = read(example());
    const rows = elements
      .filter(({ name }) => name === "tr")
      .map(({ attributes }) => attributes.get("class"));
    expect(rows.slice(1, 4)).toEqual(["other", "best", "other"]);
  });

  test("leaves out what there is not", () => {
    const rows = { train: 4, validation: 0, test: 0 };
    const history = firstOrder.history.map((event) => ({ ...event, validation: null }));
    const runs = [exampleRun("sgd", 1, { history, rows })];
    const { text, elements } = read(example({ runs, best: 0, spectrum: null, notes: [] }));
    expect(text).toContain("sgd does best on the train rows: RMSE 1 after 0.10 s.");
    expect(text).not.toMatch(/Validation|Damping|Spectrum|Columns|RMSE test/);
    expect(chartNames(elements)).toHaveLength(3);
  });

  test("stands numbers that are too large, too small, or none", () => {
    const wild = [0, 1e-320, 1e308, Number.NaN, Number.POSITIVE_INFINITY];
    const history = wild.map((train, epoch) =>
      exampleEvent(epoch, { train, validation: train, damping: train }),
    );
    const run = exampleRun("sgd", 1, { history, errors: exampleErrors(null) });
    readDrawable(
      renderComparison("wild", example({ runs: [{ ...run, spectrum: null, stepMilliseconds: 0 }], best: 0 })),
    );
  });

  test("shows eleven optimizers, and judges several targets by R²", () => {
    const runs = Array.from({ length: 11 }, (_, i) =>
      exampleRun(`optimizer-${i}`, i + 1, { outputs: 2, errors: exampleErrors(i + 1, 1 - i / 20) }),
    );
    const { text } = read(example({ runs, best: 0 }));
    expect(text).toContain(
      "optimizer-0 does best on the validation rows: R² 1 after 0.10 s; next is optimizer-1, R² 0.950",
    );
  });

  test("escapes names", () => {
    const name = `<script>"&'`;
    const page = renderComparison(name, example({ runs: [exampleRun(name, 1)], best: 0 }));
    const tags = readMarkup(page).elements.map((element) => element.name);
    expect(tags).not.toContain("script");
  });

  test("is the same text for the same data, and refers to nothing outside of itself", () => {
    const page = renderComparison("a", example());
    expect(renderComparison("a", example())).toBe(page);
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<img|<iframe/);
  });
});

test("no two of 64 series look the same", () => {
  expect(new Set(Array.from({ length: 64 }, (_, i) => seriesClass(i))).size).toBe(64);
});
