/** A template literal of a source: its text without what is filled in, and where it ends. */
interface Template {
  readonly text: string;
  readonly end: number;
}

/** Stands where something is filled in. */
const filledIn = "\u0001";

/** Names that are the same in every language. */
const names: ReadonlySet<string> = new Set(["https://", "webhook-id"]);

/** Ends a string in quotes that begins at `from`. */
function afterString(source: string, from: number): number {
  const quote = source[from];
  let at = from + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Goes through code until its closing brace, or to its end; templates within are told of. */
function afterCode(source: string, from: number, found: (template: Template) => void): number {
  let depth = 0;
  let at = from;
  while (at < source.length) {
    const sign = source[at];
    if (sign === "`") {
      const template = templateAt(source, at + 1, found);
      if (source.slice(0, at).endsWith("html")) found(template);
      at = template.end;
    } else if (sign === '"' || sign === "'") at = afterString(source, at);
    else {
      if (sign === "{") depth += 1;
      if (sign === "}" && depth === 0) return at + 1;
      if (sign === "}") depth -= 1;
      at += 1;
    }
  }
  return at;
}

function templateAt(source: string, from: number, found: (template: Template) => void): Template {
  let text = "";
  let at = from;
  while (at < source.length && source[at] !== "`") {
    if (source.startsWith("${", at)) {
      at = afterCode(source, at + 2, found);
      text += filledIn;
    } else {
      text += source.slice(at, at + (source[at] === "\\" ? 2 : 1));
      at += source[at] === "\\" ? 2 : 1;
    }
  }
  return { text, end: at + 1 };
}

/** Comments and regular expressions may hold quotes that end nowhere. */
function withoutComments(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*$/gm, "$1")
    .replaceAll(
      /([=([,:?]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g,
      "$1 0",
    );
}

/** The texts that stand in the `html` templates of a source themselves: between tags, and in attributes that are read out. */
export function textsIn(source: string): readonly string[] {
  const templates: string[] = [];
  afterCode(withoutComments(source), 0, ({ text }) => templates.push(text));
  const found = templates.flatMap((text) => {
    const between = `>${text}<`.replaceAll(/<[^>]*>/g, filledIn).split(filledIn);
    const read = text.matchAll(/\b(?:aria-label|title|placeholder|alt)="([^"]*)"/g);
    return between.concat(Array.from(read, (match) => match[1] ?? ""));
  });
  return found
    .map((text) => text.replace(/^[<>]|[<>]$/g, "").trim())
    .filter((text) => /\p{L}{2}/u.test(text) && !names.has(text));
}
