import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { goals, renderPerformance } from "./performance.ts";
import type { Kept } from "./performance.ts";

/** Writes docs/performance.md from the results of the last benchmarks; refuses where one has none, but for `--partial`. */
const folder = new URL("../../.cache/bench/", import.meta.url);
const kept = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Kept)
  .filter(({ lines }) => lines !== undefined);
const missing = Object.keys(goals).filter((name) => !kept.some((each) => each.name === name));
if (missing.length > 0 && !process.argv.includes("--partial"))
  throw new Error(`No result of ${missing.join(", ")}: run npm run bench first`);
writeFileSync(new URL("../../docs/performance.md", import.meta.url), renderPerformance(kept));
