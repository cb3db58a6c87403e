import type { Metric, ServiceProcess } from "./service-process.ts";

/** Looks at what processes of the service say of themselves, and keeps what any of them was seen to have in memory. */
export class ServiceLooks {
  readonly #services: readonly ServiceProcess[];
  #bytes = 0;

  constructor(services: readonly ServiceProcess[]) {
    this.#services = services;
  }

  /** The metrics now, each summed up over all processes. */
  async look(): Promise<Metric> {
    const all = await Promise.all(this.#services.map((service) => service.metrics()));
    for (const metric of all)
      this.#bytes = Math.max(this.#bytes, metric("process_resident_memory_bytes"));
    return (...of) => all.reduce((total, metric) => total + metric(...of), 0);
  }

  /** The most that one process has had, in MiB, rounded. */
  get residentMiB(): number {
    return Math.round(this.#bytes / 1024 / 1024);
  }
}
