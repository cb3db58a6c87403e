import { expect, test } from "vitest";
import { portsDeniedByDefault } from "../src/config.ts";
import { createAddressGuard } from "../src/http/address-guard.ts";
import { codeWords, readRepository, tableRows } from "./support/markdown.ts";

const security = readRepository("docs/security.md");

test("docs/security.md has the ports that are denied by default", () => {
  expect(tableRows(security, ["port", "what listens there"])).toEqual(
    Object.entries(portsDeniedByDefault),
  );
});

test("docs/security.md names only addresses that are refused", () => {
  const guard = createAddressGuard({ allowedRanges: [], deniedPorts: [] });
  const rows = tableRows(security, ["addresses", "what they are"]);
  // Decided by the address in them, as their rows say.
  const decided = new Set(["::ffff:0:0/96", "64:ff9b::/96", "2000::/3"]);
  const ranges = rows.flatMap(([addresses = ""]) => codeWords(addresses));
  const named = ranges.filter((range) => !decided.has(range));
  expect(named.length).toBeGreaterThan(35);
  expect(named.filter((range) => guard.check(range.replace(/\/.*/, "")) !== "refused")).toEqual([]);
});
