/** Text that is HTML or SVG already: it is not escaped again. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | readonly Part[];

/**
 * Writes HTML or SVG: everything that is put into the template is escaped, except markup. null writes nothing, and
 * a list its members one after the other.
 *
 * @example
 * html`<b>${"<name>"}</b>`.markup   // <b>&lt;name&gt;</b>
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const written = literals.map((literal, i) => (i === 0 ? literal : write(parts[i - 1]!) + literal));
  return { markup: written.join("") };
}

/** Nothing. */
export const nothing: Markup = { markup: "" };

function write(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  return "markup" in part ? part.markup : part.map(write).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that no HTML or XML may hold, not even as a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\p{Surrogate}]/gu;

function escapeText(text: string): string {
  return text.replace(forbidden, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]!);
}
