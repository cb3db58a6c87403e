/** Texts of a call that are about nobody. All other texts may be a number, a name or an address, those of later schema versions too. */
const harmless: ReadonlySet<string> = new Set([
  "id",
  "dType",
  "pbxId",
  "tz",
  "start",
  "answer",
  "end",
  "cause",
  "cliCtry",
  "rateBand",
  "rateName",
  "recordingIds",
]);

const shownCharacters = 2;

/** The last two characters, so that two people can agree on which it is; of a short text nothing. The stars say nothing of its length. */
export function masked(text: string): string {
  const characters = Array.from(text);
  if (characters.length === 0) return "";
  const shown = characters.length > 2 * shownCharacters ? characters.slice(-shownCharacters) : [];
  return `***${shown.join("")}`;
}

/** Whether the field's texts are about nobody. */
export function isHarmless(path: string): boolean {
  return harmless.has(path);
}

/** What a call has in a field, as it may be shown. Numbers and flags stay; bigints become text, what is no scalar `…`. */
export function shownValue(
  path: string,
  value: unknown,
  showValues: boolean,
): string | number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "string") return "…";
  return showValues || harmless.has(path) ? value : masked(value);
}
