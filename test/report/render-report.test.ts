import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/render-report.ts";
import type { ReportData } from "../../src/report/report-data.ts";
import { exampleData, exampleErrors, exampleEvent, exampleFit, examplePoints } from "./example-report.ts";
import { chartNames, readDrawable } from "./read-drawable.ts";
import { type Element, readMarkup, unescapeText } from "./read-markup.ts";

const seed = 20240607;

/** Reads the report of some data. */
const readChecked = (data: ReportData) => readDrawable(renderReport(data));

function count(elements: readonly Element[], name: string): number {
  return elements.filter((element) => element.name === name).length;
}

describe("a report", () => {
  test("has its contents in order", () => {
    const { text, elements } = readChecked(exampleData());
    const order = [
      "price from houses.csv",
      "Predicts price with a typical error (RMSE) of 2.10 on rows it has not seen; ridge regression: 3.30.",
      "Results",
      "Predictions of price",
      "Actual against predicted",
      "Residuals against predicted",
      "Histogram of residuals",
      "Loss",
      "best: epoch 6",
      "Damping",
      "Gain ratio",
      "What was decided, and why",
      "Columns",
      "Details",
      "validation: no lower validation error for 5 epochs",
    ].map((part) => text.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(chartNames(elements)).toHaveLength(6);
  });

  test("draws a mark for each row in both point charts, and one for each legend", () => {
    expect(count(readChecked(exampleData()).elements, "use")).toBe(2 * 12 + 2 * 3);
  });

  test("says whose training is drawn, where it is not that of the model alone", () => {
    const linear = { what: "model", choice: "linear", why: "hardly better" };
    const texts = [{}, { members: 5 }, { decisions: [linear] }].map((report) =>
      renderReport({ ...exampleData(), report: exampleFit(report) }),
    );
    expect(texts.map((text) => /Of the [^<]*/.exec(text)?.[0])).toEqual([
      undefined,
      "Of the first of 5 networks.",
      "Of the network whose place ridge regression took in the end.",
    ]);
  });

  test("is the same text for the same data", () => {
    expect(renderReport(exampleData())).toBe(renderReport(exampleData()));
  });

  test("refers to nothing outside of itself", () => {
    const page = renderReport(exampleData());
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<img|<iframe/);
    for (const { attributes } of readMarkup(page).elements) {
      expect(attributes.has("src")).toBe(false);
      expect(attributes.get("href") ?? "#").toMatch(/^#/);
    }
  });

  test("shows the pictures with the largest errors, and nothing about pictures where there are none", () => {
    const address = "data:image/png;base64,iVBORw0KGgo=";
    const shown = { part: "test" as const, target: "price", actual: 2.5, predicted: -1, address };
    const pictures = [
      { ...shown, file: "a/<b>.png", height: 20, width: 40 },
      { ...shown, file: "c.png", height: 300, width: 1 },
    ];
    const { elements, text } = readChecked(exampleData({ pictures }));
    const images = elements.filter(({ name }) => name === "img");
    expect(images.map(({ attributes }) => [attributes.get("width"), attributes.get("height")])).toEqual([
      ["160", "80"],
      ["1", "160"],
    ]);
    for (const { attributes } of images) expect(attributes.get("src")).toBe(address);
    expect(unescapeText(text).replaceAll("\n", "")).toContain("a/<b>.pngactual2.500predicted−1c.png");
    expect(text).toContain("Of the test rows, the largest error first.");
    expect(readChecked(exampleData()).text).not.toContain("largest errors");
  });

  test("allows pictures in the page itself, and nothing from elsewhere", () => {
    expect(renderReport(exampleData())).toContain(
      `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`,
    );
  });

  test("has a set of charts for each target, and their errors", () => {
    const targets = ["a", "b"].map((name) => ({ name, errors: exampleErrors(1) }));
    const points = targets.map(({ name }) => examplePoints(name, [1, 2, 3], [1, 2, 4]));
    const { elements, text } = readChecked(exampleData({ report: exampleFit({ targets }), points }));
    expect(chartNames(elements)).toHaveLength(9);
    expect(text).toContain("Predicts a and b with an R² of 0.900 on rows it has not seen");
    expect(text).toContain("Each target, this model, test rows");
  });

  test("thins many points and says so", () => {
    const actual = Array.from({ length: 9000 }, (_, i) => i);
    const points = [
      examplePoints(
        "y",
        actual,
        actual.map((value) => value + (value % 7)),
      ),
    ];
    const { elements, text } = readChecked(exampleData({ points }));
    expect(count(elements, "use")).toBe(2 * 3 * 600 + 2 * 3);
    expect(text).toContain("600 of 3000 train rows");
  });
});

describe("texts of the data", () => {
  test("are escaped, whatever they are", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("<script>alert(1)</script>", `"><img src=x onerror='1'>`, "&lt;", "</style>", "]]>"),
    );
    const plain = readMarkup(renderReport(exampleData())).elements.map(({ name }) => name);
    fc.assert(
      fc.property(text, (name) => {
        const data = exampleData({
          title: name,
          report: exampleFit({
            network: name,
            stop: { reason: "stalled", message: name },
            decisions: [{ what: name, choice: name, why: name }],
          }),
          notes: [{ column: name, choice: name, why: name }],
          points: exampleData().points.map((points) => ({ ...points, target: name })),
        });
        const page = readMarkup(renderReport(data));
        expect(page.elements.map((element) => element.name)).toEqual(plain);
      }),
      { seed, numRuns: 60 },
    );
  });

  test("are shown as they are", () => {
    const title = `a<b> & "c" 'd'`;
    expect(unescapeText(readMarkup(renderReport(exampleData({ title }))).text)).toContain(title);
  });
});

describe("numbers of any size", () => {
  const number = fc.oneof(
    fc.double(),
    fc.double({ min: -1e12, max: 1e12, noNaN: true }),
    fc.constantFrom(0, -0, 1e-9, 1e12, 1e12 + 1, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
  );
  const some = fc.option(number);

  test("give finite coordinates in the charts of a target", () => {
    const rows = fc.array(fc.tuple(number, number), { maxLength: 30 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const [actual, predicted] = [0, 1].map((side) => pairs.map((pair) => pair[side]!));
        readChecked(exampleData({ points: [examplePoints("y", actual!, predicted!)] }));
      }),
      { seed, numRuns: 150 },
    );
  });

  test("give finite coordinates in the charts of training", () => {
    const event = fc.tuple(number, some, some, some);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.nat(20), (events, bestEpoch) => {
        const history = events.map(([train, validation, damping, gainRatio], epoch) =>
          exampleEvent(epoch, { train, validation, damping, gainRatio }),
        );
        readChecked(exampleData({ report: exampleFit({ history, bestEpoch }) }));
      }),
      { seed, numRuns: 150 },
    );
  });

  test("can be errors", () => {
    fc.assert(
      fc.property(some, some, some, (ours, ridge, r2) => {
        const baseline = { mean: exampleErrors(ours, r2), ridge: exampleErrors(ridge, r2) };
        readChecked(exampleData({ report: exampleFit({ errors: exampleErrors(ours, r2), baseline }) }));
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe("edge cases", () => {
  const cases: Record<string, [number[], number[]]> = {
    "one row": [[3], [4]],
    "constant predictions": [
      [1, 2, 3],
      [2, 2, 2],
    ],
    "perfect predictions": [
      [1, 2, 3],
      [1, 2, 3],
    ],
    "all zero": [
      [0, 0],
      [0, 0],
    ],
    tiny: [
      [1e-9, 2e-9],
      [1e-9, 3e-9],
    ],
    "large and close": [
      [1e12, 1e12 + 1],
      [1e12, 1e12],
    ],
  };
  test.each(Object.entries(cases))("%s: every axis has at least two ticks", (_, [actual, predicted]) => {
    const data = exampleData({ points: [examplePoints("y", actual, predicted)] });
    readChecked(data);
    const axes = renderReport(data).split('<g class="axis">').slice(1);
    expect(axes).toHaveLength(12);
    for (const axis of axes) expect(axis.split("</g>")[0]!.match(/<text/g)!.length).toBeGreaterThanOrEqual(3);
  });

  test("rows that are not finite are counted", () => {
    const points = [examplePoints("y", [1, Number.NaN, 3], [1, 2, Number.POSITIVE_INFINITY])];
    expect(readChecked(exampleData({ points })).text).toContain("Not drawn: 2 of the rows");
  });

  test("no rows, no history, no errors, no notes", () => {
    const report = exampleFit({
      rows: { train: 0, validation: 0, test: 0 },
      errors: exampleErrors(null, null),
      baseline: { mean: exampleErrors(null, null), ridge: exampleErrors(null, null) },
      decisions: [],
      history: [],
    });
    const points = [examplePoints("y", [], [])];
    const { text, elements } = readChecked(exampleData({ report, notes: [], points }));
    expect(text).toContain("there are no rows to measure the error on");
    expect(text).toContain("Training left no history to draw.");
    expect(chartNames(elements)).toEqual([]);
  });
});
