import type { Dashboard } from "@grafana/schema";
import { delivery } from "./delivery.ts";
import { drillDown } from "./drill-down.ts";
import { kafkaAndRuntime } from "./kafka-and-runtime.ts";
import { matching } from "./matching.ts";
import { overview } from "./overview.ts";
import type { Plain } from "./plain.ts";

/** All dashboards, by the files that they stand in. `npx vitest run test/grafana/files.test.ts -u` writes these anew. */
export const dashboards: Readonly<Record<string, Plain<Dashboard>>> = {
  "overview.json": overview,
  "delivery.json": delivery,
  "matching.json": matching,
  "kafka-and-runtime.json": kafkaAndRuntime,
  "drill-down.json": drillDown,
};

export function render(dashboard: Plain<Dashboard>): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
