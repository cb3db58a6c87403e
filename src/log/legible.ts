/** Telephone numbers in E.164, also as they are written in a query string. */
export const phoneNumber = /(?:\+|%2B)\d{7,15}(?!\d)/gi;

const longestId = 300;

/**
 * An id, of which other programs choose the text, as it may be shown. Damaged bytes can decode all the same, to an id that
 * runs over into the call next to it; it has control characters then, or bytes that are no text, which no sound id has.
 */
export function legibleId(text: string): string {
  if (/[\p{Cc}\uFFFD]/u.test(text)) return "[illegible]";
  return text.length > longestId ? `${text.slice(0, longestId)}…` : text;
}
