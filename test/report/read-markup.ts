/** An element as it stands in a page. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** What a page consists of. */
export interface Page {
  readonly elements: readonly Element[];
  /** Text outside of tags, still escaped. */
  readonly text: string;
}

const token =
  /<!doctype html>|<\/([a-z][a-z0-9]*)>|<([a-z][a-zA-Z0-9]*)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>|[^<>]+|[<>]/g;
/** Style sheets have > of their own, and no tags. */
const styles = /<style>[^<]*<\/style>/g;

const empty = new Set(["meta", "img"]);

/**
 * Reads a page strictly: tags are closed in order, attributes are quoted, every ampersand begins an entity.
 *
 * @throws {Error} If the page is not well-formed.
 */
export function readMarkup(page: string): Page {
  const open: string[] = [];
  const elements: Element[] = [];
  let text = "";
  for (const [part, closed, opened, attributes, slash] of page.replace(styles, "").matchAll(token)) {
    if (part === "<" || part === ">") throw new Error(`a stray ${part}`);
    if (closed !== undefined && open.pop() !== closed) throw new Error(`</${closed}> closes another element`);
    if (opened !== undefined) {
      elements.push({ name: opened, attributes: readAttributes(attributes!) });
      if (slash === "" && !empty.has(opened)) open.push(opened);
    } else if (closed === undefined) text += part;
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(", ")}`);
  checkEntities(text);
  return { elements, text };
}

function readAttributes(source: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, value] of source.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)) {
    if (attributes.has(name!)) throw new Error(`${name} stands twice`);
    checkEntities(value!);
    attributes.set(name!, value!);
  }
  return attributes;
}

function checkEntities(text: string): void {
  if (/&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error("a stray &");
}

/** The text as a reader sees it. */
export function unescapeText(text: string): string {
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => characters[name]!);
}
