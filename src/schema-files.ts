import { readFileSync } from "node:fs";
import { recordFiles } from "./topology.ts";
import type { RecordName } from "./topology.ts";

/** The schemas as this version of Onhook has them, parsed. */
export function readSchema(record: RecordName): unknown {
  return JSON.parse(
    readFileSync(new URL(`../schemas/${recordFiles[record]}`, import.meta.url), "utf8"),
  );
}
