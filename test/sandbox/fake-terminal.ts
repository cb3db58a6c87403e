import type { ViewOutput } from "../../src/sandbox/panel-screen.ts";

/** A terminal that understands just the escape codes that the demo uses, and keeps what it shows. */
export interface FakeTerminal extends ViewOutput {
  columns: number;
  /** What is to be seen; the cursor stands in the last line. */
  readonly screen: readonly string[];
  readonly cursorShown: boolean;
  readonly writes: readonly string[];
}

class Terminal implements FakeTerminal {
  readonly isTTY = true;
  columns: number;
  readonly rows: number;
  readonly writes: string[] = [];
  cursorShown = true;
  #lines: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  get screen(): readonly string[] {
    return [...this.#lines];
  }

  write(text: string): void {
    this.writes.push(text);
    const [plain = "", ...coded] = text.split("\u001B");
    this.#print(plain);
    for (const part of coded) {
      const [code = "", parameter = "", letter = ""] = /^\[([?\d]*)([A-Za-z])/.exec(part) ?? [];
      this.#obey(letter, parameter);
      this.#print(part.slice(code.length));
    }
  }

  #print(text: string): void {
    for (const character of text) {
      if (character === "\n") this.#moveTo(this.#row + 1);
      else if (character === "\r") this.#column = 0;
      else this.#put(character);
    }
  }

  #put(character: string): void {
    const line = Array.from(this.#lines[this.#row] ?? "");
    line[this.#column] = character;
    this.#lines[this.#row] = line.join("");
    this.#column += 1;
  }

  #moveTo(row: number): void {
    if (row < 0) throw new Error("the cursor left the screen");
    this.#row = row;
    this.#column = 0;
    this.#lines[row] ??= "";
  }

  #obey(letter: string, parameter: string): void {
    const upToCursor = Array.from(this.#lines[this.#row] ?? "")
      .slice(0, this.#column)
      .join("");
    switch (letter) {
      case "A":
        return this.#moveTo(this.#row - Number(parameter));
      case "H":
        return this.#moveTo(0);
      case "J":
        this.#lines = parameter === "2" ? [""] : [...this.#lines.slice(0, this.#row), upToCursor];
        return;
      case "K":
        this.#lines[this.#row] = upToCursor;
        return;
      case "h":
      case "l":
        this.cursorShown = letter === "h";
        return;
      case "m":
        return;
      default:
        throw new Error(`unknown escape code ${parameter}${letter}`);
    }
  }
}

export function createFakeTerminal(columns: number, rows: number): FakeTerminal {
  return new Terminal(columns, rows);
}
