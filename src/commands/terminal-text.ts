const escapeOf = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text that somebody else wrote, as one line that can do nothing to the terminal: control characters are escaped. */
export function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, escapeOf);
}

/** JSON as one line; the control characters that JSON itself leaves as they are, to which terminals listen, are escaped. */
export function jsonLine(value: object): string {
  return visible(JSON.stringify(value));
}
