import type { Metric } from "./service-process.ts";

/** The most that any process of the service was seen to have in memory. */
export class MemoryPeak {
  #bytes = 0;

  /** Takes in what the processes say of themselves at one look. */
  note(processes: readonly Metric[]): void {
    for (const metric of processes)
      this.#bytes = Math.max(this.#bytes, metric("process_resident_memory_bytes"));
  }

  /** In MiB, rounded. */
  get mib(): number {
    return Math.round(this.#bytes / 1024 / 1024);
  }
}
