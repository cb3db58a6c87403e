/**
 * The language that a browser asks for, of those that there are; the first where it asks for none of them. An exact
 * locale counts before its language alone: `fr-CA` gets `fr-FR`. Source: RFC 9110, 12.5.4.
 */
export function preferredLocale(accept: string | undefined, locales: readonly string[]): string {
  const asked = (accept ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters
        .map((text) => /^\s*q=(\d?\.?\d+)\s*$/.exec(text)?.[1])
        .find(Boolean);
      return { tag: tag.trim().toLowerCase(), quality: Number(quality ?? 1) };
    })
    .filter(({ tag, quality }) => tag !== "" && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of asked) {
    const exact = locales.find((locale) => locale.toLowerCase() === tag);
    const [language] = tag.split("-", 1);
    const found = exact ?? locales.find((locale) => locale.split("-", 1)[0] === language);
    if (found !== undefined) return found;
  }
  return locales[0] ?? "en-GB";
}
