/** What a benchmark's books say in the end. */
export interface Counts {
  readonly expected: number;
  /** Different ones, of those that were expected. */
  readonly found: number;
  readonly missing: number;
  /** How often one came that had come before. */
  readonly double: number;
  /** Different ones that nobody had expected. */
  readonly unexpected: number;
}

/** Books of ids: which had to come, and which came. */
export class Ledger {
  readonly #expected = new Set<string>();
  readonly #seen = new Set<string>();
  #double = 0;

  expect(id: string): void {
    this.#expected.add(id);
  }

  see(id: string): void {
    if (this.#seen.has(id)) this.#double += 1;
    this.#seen.add(id);
  }

  /** Those that had to come and have not. */
  missing(): string[] {
    return [...this.#expected].filter((id) => !this.#seen.has(id));
  }

  counts(): Counts {
    const [expected, missing] = [this.#expected.size, this.missing().length];
    const found = expected - missing;
    return { expected, found, missing, double: this.#double, unexpected: this.#seen.size - found };
  }
}

export const isBalanced = ({ missing, double, unexpected }: Counts): boolean =>
  missing + double + unexpected === 0;
