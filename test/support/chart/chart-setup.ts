import type { TestProject } from "vitest/node";
import { provideChartTools } from "./tools.ts";
import type { ChartTools } from "./tools.ts";

declare module "vitest" {
  export interface ProvidedContext {
    chartTools: ChartTools;
  }
}

export default async function setup({ provide }: TestProject): Promise<void> {
  provide("chartTools", await provideChartTools());
}
