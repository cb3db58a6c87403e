import { expect, it } from "vitest";
import { shownValue } from "../../src/explaining/masked-values.ts";

it.each([
  ["cliNum", "+15550100123", "***23"],
  ["cliName", "Zoë", "***"],
  ["cliName", "Anne", "***"],
  ["cliName", "", ""],
  ["tags.Support", "stage1", "***e1"],
  ["aFieldOfALaterSchema", "somebody", "***dy"],
  ["cause", "NORMAL_CLEARING", "NORMAL_CLEARING"],
  ["start", "2026-11-21T10:14:50+01:00", "2026-11-21T10:14:50+01:00"],
  ["dur", 12, 12],
  ["vip", true, true],
  ["directoryMatches", { dirName: "x" }, "…"],
])("of %s, %j is shown as %j", (path, value, shown) => {
  expect(shownValue(path, value, false)).toBe(shown);
});

it("is a text where it is a whole number beyond what JSON can hold", () => {
  expect(shownValue("callKey", 2n ** 60n, false)).toBe("1152921504606846976");
});

it("is shown as it is where that is asked for", () => {
  expect(shownValue("cliNum", "+15550100123", true)).toBe("+15550100123");
});
