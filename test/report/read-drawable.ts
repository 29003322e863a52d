import { expect } from "vitest";
import { type Element, type Page, readMarkup } from "./read-markup.ts";

/** Attributes that hold coordinates. */
const geometry = new Set(["d", "x", "y", "cx", "cy", "r", "transform", "viewBox", "width", "height"]);

/** Numbers are plain, finite, and not far outside of the charts. */
function isDrawable(value: string): boolean {
  if (/NaN|Infinity|undefined|null|e[-+]?\d/.test(value)) return false;
  return (value.match(/-?\d+(\.\d+)?/g) ?? []).every((number) => Math.abs(Number(number)) <= 430);
}

/** Reads a page and holds its geometry to finite numbers that are not far outside of the charts. */
export function readDrawable(text: string): Page {
  const page = readMarkup(text);
  const wrong = page.elements
    .filter(({ name }) => name !== "meta")
    .flatMap(({ name, attributes }) =>
      [...attributes].flatMap(([key, value]) =>
        geometry.has(key) && !isDrawable(value) ? [`${name} ${key}="${value}"`] : [],
      ),
    );
  expect(wrong).toEqual([]);
  expect(page.text).not.toMatch(/NaN|undefined|\[object/);
  return page;
}

/** What the charts of a page are called. */
export function chartNames(elements: readonly Element[]): string[] {
  return elements
    .filter(({ attributes }) => attributes.get("role") === "img")
    .map(({ attributes }) => attributes.get("aria-label")!);
}
