/** A line of text in parts, so that it can be cut to a width before escape codes make its length meaningless. */
export type Span = readonly [text: string, style?: Style];
export type StyledLine = readonly Span[];

/** SGR codes of the styles: what switches one on. 0 switches all of them off. */
const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof codes;

const characters = new Intl.Segmenter("en");

/** Cuts a line to `width` columns; each character, however it is composed, counts as one. */
export function fit(line: StyledLine, width: number): StyledLine {
  const kept: Span[] = [];
  let left = width;
  for (const [text, style] of line) {
    const points = Array.from(characters.segment(text), ({ segment }) => segment).slice(0, left);
    left -= points.length;
    kept.push(style === undefined ? [points.join("")] : [points.join(""), style]);
  }
  return kept;
}

/** The line with the escape codes of its styles. */
export function paint(line: StyledLine): string {
  return line
    .map(([text, style]) =>
      style === undefined || text === "" ? text : `\x1b[${codes[style]}m${text}\x1b[0m`,
    )
    .join("");
}
