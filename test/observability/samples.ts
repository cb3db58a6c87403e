import type { AnyEvent } from "../../src/observability/any-event.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** The exposition's samples after some events: `name{labels}` → value. */
export async function samples(...events: AnyEvent[]): Promise<Map<string, number>> {
  const { record, registry } = createMetrics(createFakeClock());
  for (const event of events) record(event);
  return read(await registry.metrics());
}

/** `name{labels}` → value. */
export function read(exposition: string): Map<string, number> {
  const lines = exposition.split("\n").filter((line) => line.startsWith("onhook_"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
