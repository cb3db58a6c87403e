/** A name that somebody has given, with what would break a line of a message, or move a terminal's cursor, written out. */
export function legibleName(name: string): string {
  return name.replaceAll(
    /[\p{Cc}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
