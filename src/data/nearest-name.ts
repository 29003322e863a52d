import { closest, distance } from "fastest-levenshtein";

/** The known name that was probably meant: a few letters differ, or it holds what was given; null if there is none. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  const lower = known.map((other) => other.toLowerCase());
  if (lower.length === 0) return null;
  const near = closest(wanted, lower);
  const place = isNear(wanted, near)
    ? lower.indexOf(near)
    : lower.findIndex((other) => wanted.length > 2 && other.includes(wanted));
  return known[place] ?? null;
}

/** Of a short name one letter may differ, of a longer one two, or a third; not all. */
function isNear(wanted: string, near: string): boolean {
  const most = wanted.length <= 3 ? 1 : Math.max(2, wanted.length / 3);
  const differs = distance(wanted, near);
  return differs <= most && (differs < wanted.length || near.startsWith(wanted));
}

/** Names that are listed in a message; more are counted. */
const listedNames = 12;

/** Some names for a message. */
export function listNames(names: readonly string[]): string {
  const more = names.length - listedNames;
  return names.slice(0, listedNames).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
