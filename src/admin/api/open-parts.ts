import { OnhookError } from "../../errors.ts";
import type { ApiParts } from "./api-parts.ts";

/** What the API works with at the moment, and whether anything is under way with it. */
export class OpenParts {
  #parts: ApiParts | null = null;
  #underWay = 0;
  #quiet: (() => void)[] = [];

  open(parts: ApiParts): void {
    this.#parts = parts;
  }

  /** Nothing begins any more. Resolves when what had begun has ended. */
  async close(): Promise<void> {
    this.#parts = null;
    if (this.#underWay === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#quiet.push(resolve);
    await promise;
  }

  /** Does it with the parts. Rejects with ADMIN_NOT_READY where there are none. */
  async use<T>(work: (parts: ApiParts) => Promise<T>): Promise<T> {
    if (this.#parts === null) throw new OnhookError("ADMIN_NOT_READY");
    this.#underWay += 1;
    try {
      return await work(this.#parts);
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const resolve of this.#quiet.splice(0)) resolve();
    }
  }
}
