/** So many are remembered. */
const most = 10_000;

/** Who made the changes that went through this process, by what stands for the version; the oldest are forgotten. */
export class LastWriters {
  readonly #names = new Map<string, string>();

  note(version: string, name: string): void {
    this.#names.set(version, name);
    if (this.#names.size <= most) return;
    for (const oldest of this.#names.keys()) {
      this.#names.delete(oldest);
      return;
    }
  }

  /** ` by <name>`, to stand in a sentence; empty where it is not known. */
  told(version: string): string {
    const name = this.#names.get(version);
    return name === undefined ? "" : ` by ${name}`;
  }
}
