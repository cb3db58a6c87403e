import type { AccessPath, Key } from "./access-path.ts";

/** How often each key is asked for, by field, kind and case. */
export class AccessFrequencies {
  readonly #counts = new Map<string, Map<Key, number>>();
  readonly #ranges = new Map<string, number>();

  count(path: AccessPath): void {
    if (path.kind === "range") {
      this.#ranges.set(path.field.shape, (this.#ranges.get(path.field.shape) ?? 0) + 1);
      return;
    }
    const counts = this.#countsOf(path);
    for (const key of path.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  /**
   * How many triggers a call brings up, at a guess, that has what the path asks for: as many as ask for the same. More
   * calls have a prefix than a whole text; and of ranges that there are, a call lies in some part.
   */
  cost(path: AccessPath): number {
    if (path.kind === "range") return 2 + (this.#ranges.get(path.field.shape) ?? 0) / 4;
    const counts = this.#countsOf(path);
    const most = path.keys.reduce<number>((max, key) => Math.max(max, counts.get(key) ?? 0), 0);
    return path.kind === "exact" ? most : most * 2;
  }

  #countsOf({ kind, field, ignoreCase }: Exclude<AccessPath, { kind: "range" }>): Map<Key, number> {
    const name = `${kind} ${ignoreCase} ${field.shape}`;
    let counts = this.#counts.get(name);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(name, counts);
    }
    return counts;
  }
}
