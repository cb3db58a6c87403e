/** More would make a pattern that nobody can read. Source: spec, section 4. */
export const mostStars = 8;

/**
 * The literal pieces of a pattern, between its stars: one more than it has stars. `\*` is a literal star; a backslash
 * before anything else, another backslash included, is itself, so `\\*` is a backslash and a literal star.
 */
export function wildcardPieces(pattern: string): readonly string[] {
  const pieces = [""];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const escaped = character === "\\" && pattern.charAt(index + 1) === "*";
    if (escaped) index += 1;
    if (character === "*") pieces.push("");
    else pieces[pieces.length - 1] += escaped ? "*" : character;
  }
  return pieces;
}

/**
 * Makes the test whether a whole text matches. Taking the leftmost place for each piece in turn finds a match if there is
 * one, without ever going back: the work is in proportion to the text, where a regular expression could explode.
 */
export function wildcardTest(pattern: string): (text: string) => boolean {
  const pieces = wildcardPieces(pattern);
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let position = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, position);
      if (found < 0) return false;
      position = found + piece.length;
    }
    return position <= end;
  };
}
