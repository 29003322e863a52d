/** Control characters, with which a name from a file could move the cursor or change colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const control = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/** A text from a file or an argument as it may be written to a terminal. */
export function printable(text: string): string {
  return text.replace(control, "\ufffd");
}
