import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { scenarios } from "./catalogue.ts";
import { renderGuarantees, totalsOf } from "./guarantees.ts";
import type { Row } from "./rows.ts";

/** Writes docs/guarantees.md from the results of the last run; refuses where a scenario has none, but for `--partial`. */
const folder = new URL("../../.cache/faults/rows/", import.meta.url);
const files = existsSync(folder) ? readdirSync(folder) : [];
const rows = files.map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Row);
const missing = Object.keys(scenarios).filter(
  (name) => !rows.some(({ scenario }) => scenario === name),
);
if (missing.length > 0 && !process.argv.includes("--partial")) {
  throw new Error(`No result of ${missing.join(", ")}: run npm run test:faults first`);
}
writeFileSync(
  new URL("../../docs/guarantees.md", import.meta.url),
  renderGuarantees(scenarios, totalsOf(rows)),
);
