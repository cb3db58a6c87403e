import { expect, test } from "vitest";
import { legibleBody } from "../../../src/portal/pages/delivery/legible-body.ts";

test("JSON has a line for each property", () => {
  expect(legibleBody('{"a":1,"b":"x"}', "application/json")).toBe('{\n  "a": 1,\n  "b": "x"\n}');
});

test.each([
  ['{"a":9007199254740993}', "application/json"],
  ["cdr%5Bid%5D=1", "application/x-www-form-urlencoded"],
  ["{broken", "application/json"],
  ['{"a":1}', null],
])("%s of %s stays as it was sent", (body, type) => {
  expect(legibleBody(body, type)).toBe(body);
});
