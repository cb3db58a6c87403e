import { LineCounter, isMap, isNode, isScalar, parseDocument, visit } from "yaml";
import type { Document, Pair, YAMLMap } from "yaml";
import { catalogue, isSetting, settings } from "./catalogue.ts";
import { closest } from "./closest.ts";
import type { Given, Source } from "./given.ts";
import { legibleName } from "./legible-name.ts";

const known = new Map(catalogue.map((entry) => [entry.path, entry]));

/** One reading of one file: where it is, and what has been found so far. */
class FileReader {
  readonly #given: Given[] = [];
  readonly #mistakes: string[] = [];
  readonly #name: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(name: string, text: string) {
    this.#name = name;
    // Pretty errors quote the text they are about, which may be a secret.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  read(): Source {
    const readable = !this.#refuseSyntax();
    if (readable) this.#readRoot();
    return { given: this.#given, mistakes: this.#mistakes, readable };
  }

  #readRoot(): void {
    const root = this.#document.contents;
    if (isMap(root)) this.#readGroup(root, "");
    else if (root !== null && !(isScalar(root) && root.value === null)) {
      this.#mistakes.push(`${this.#name}: the file must hold names of settings with their values`);
    }
  }

  #at(offset: number | undefined): string {
    return offset === undefined
      ? this.#name
      : `${this.#name} line ${this.#lines.linePos(offset).line}`;
  }

  /** Warnings count: a text that begins with `!` is a tag to YAML, and would silently lose its first word. */
  #refuseSyntax(): boolean {
    for (const problem of [...this.#document.errors, ...this.#document.warnings]) {
      const what = problem.code.toLowerCase().replaceAll("_", " ");
      this.#mistakes.push(`${this.#at(problem.pos[0])}: not valid YAML (${what})`);
    }
    visit(this.#document, {
      Alias: (_, alias) => {
        const at = this.#at(alias.range?.[0]);
        this.#mistakes.push(`${at}: aliases are not read; put text that begins with * in quotes`);
      },
    });
    return this.#mistakes.length > 0;
  }

  #readGroup(map: YAMLMap, prefix: string): void {
    for (const pair of map.items) this.#readPair(pair, prefix);
  }

  #readPair(pair: Pair, prefix: string): void {
    const key = isScalar(pair.key) ? String(pair.key.value) : "a key that is no text";
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const from = this.#at(isNode(pair.key) ? pair.key.range?.[0] : undefined);
    // A key with dots would otherwise find a setting of another level.
    const entry = key.includes(".") ? undefined : known.get(path);
    if (entry === undefined) {
      const name = legibleName(path);
      this.#mistakes.push(`${name} (${from}): there is no such setting${hintFor(path)}`);
    } else if (isSetting(entry)) {
      const value = isNode(pair.value) ? (pair.value.toJS(this.#document) as unknown) : null;
      this.#given.push({ path, value, from, written: JSON.stringify(value) });
    } else if (isMap(pair.value)) {
      this.#readGroup(pair.value, path);
    } else if (!(isScalar(pair.value) && pair.value.value === null)) {
      this.#mistakes.push(`${path} (${from}): this is a group of settings, not a single one`);
    }
  }
}

/** The setting that `path` is near to in writing, or one that is called the same elsewhere. */
function hintFor(path: string): string {
  const last = path.slice(path.lastIndexOf(".") + 1);
  const near =
    closest(path, [...known.keys()]) ??
    settings.find((setting) => setting.path.endsWith(`.${last}`))?.path;
  if (near === undefined) return "";
  return near === path ? "; write its groups one below the other" : `; did you mean ${near}?`;
}

/** Reads settings from the text of a YAML file; `name` is what messages call the file. */
export function readFile(name: string, text: string): Source {
  return new FileReader(name, text).read();
}
