import * as fc from "fast-check";
import type { FieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { PlainCondition } from "../../src/audit/plain-evaluator.ts";
import { checkCondition } from "../../src/triggers/check-condition.ts";
import { operators } from "../../src/triggers/trigger.ts";

/** Few characters, so that texts meet; among them all that is awkward about case, length and code points. */
const units = "a A b B i I İ ı ß ẞ Σ ς σ é \u0301 😀 * \\ . \0".split(" ");
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...units), maxLength: 4 }),
  fc.constantFrom("", "__proto__", "constructor", "NaN", "0100", "1e3", "+44 1", "x".repeat(1000)),
);
export const callText = fc.oneof(
  text,
  fc.string({ unit: fc.constantFrom("a", "😀", "\ud83d", "\ude00"), maxLength: 4 }),
  fc.constant("ab".repeat(20_000)),
);

const integers = "0 -0 1 +1 1.0 1e0 10 0.1 0.10 1e-7 1e300 9007199254740991 9007199254740992".split(
  " ",
);
const giants =
  "9007199254740993 9007199254740993.0 9007199254740993.5 90071992547409930e-1 -9223372036854775808 1e19 0e999".split(
    " ",
  );
const number = fc.constantFrom(...integers, ...giants);
const callNumber = fc.oneof(
  fc.constantFrom<unknown>(0, -0, 1, 10, 0.1, 1e-7, 1e300, NaN, Infinity, 9007199254740991),
  fc.constantFrom<unknown>(9007199254740993n, 9007199254740992n, -(2n ** 63n), 2n ** 63n - 1n),
);

const time = fc
  .tuple(
    fc.constantFrom(
      "2024-05-29",
      "2024-06-01",
      "2024-06-02",
      "2024-06-03",
      "2000-02-29",
      "0001-01-01",
    ),
    fc.constantFrom(
      "T00:00:00",
      "T09:37:35",
      "T09:37:35.5",
      "T09:37:35.50",
      "T23:59:59.999999999",
      "T22:00",
    ),
    fc.constantFrom("Z", "+01:00", "-05:30", "+00:00", "-0800", "+14"),
  )
  .map((parts) => parts.join(""));
const callTime = fc.oneof(
  time,
  fc.constantFrom(
    "2023-02-29T00:00:00Z",
    "2024-05-29",
    "2024-05-29T24:00:00Z",
    "2024-05-29T09:37:35",
    "",
  ),
);

const window = fc
  .tuple(
    fc.constantFrom("Mon", "Sat,Sun", "Mon-Fri", "Fri-Mon", "Sun-Sat", "Wed-Wed", "Wed,Fri-Sat"),
    fc.constantFrom(
      "09:00-17:30",
      "22:00-06:00",
      "00:00-24:00",
      "09:37-09:38",
      "22:00-00:00",
      "23:59-23:58",
    ),
  )
  .map((parts) => parts.join(" "));

const fields = (
  "cliNum cliName queue id recordingIds tags.a tags.a.b tags.__proto__ directoryMatches.dirName " +
  "directoryMatches.fields.email survey.notes dur rateCost callKey survey.stars start answer vip " +
  "tags directoryMatches directoryMatches.fields survey"
).split(" ");

/** Valid conditions on fields that `anyCdr` has. */
export function conditionOn(catalog: FieldCatalog): fc.Arbitrary<PlainCondition> {
  const valueKinds = {
    text,
    number,
    time: fc.oneof(time, window),
    boolean: fc.constantFrom("true", "false"),
    container: text,
  };
  return fc
    .constantFrom(...fields)
    .chain((field) =>
      fc.record({
        field: fc.constant(field),
        op: fc.constantFrom(...operators),
        values: fc.array(valueKinds[catalog.resolve(field)?.type ?? "text"], { maxLength: 3 }),
        ignoreCase: fc.boolean(),
      }),
    )
    .filter((condition) => checkCondition(condition, "", catalog).problems.length === 0);
}

const emptyThings = fc.constantFrom<unknown>(null, undefined, [], {}, [null], { a: null });
const otherThings = fc.constantFrom<unknown>(
  ["a"],
  [[1]],
  { a: 1 },
  { a: "a" },
  5,
  5n,
  true,
  "a",
  "1",
  Buffer.from("a"),
);
const strange = fc.oneof(emptyThings, otherThings);
const or = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: usual, weight: 6 }, { arbitrary: strange, weight: 1 });
const tagNames = fc.constantFrom("a", "a.b", "__proto__", "constructor");
const match = fc.record({
  dirName: or(callText),
  fields: or(fc.record({ email: or(callText), title: fc.constant(null) })),
});

/** Calls as they might be decoded, and as they should not be. */
export const anyCdr: fc.Arbitrary<object> = fc.record({
  id: callText,
  cliNum: or(callText),
  cliName: or(callText),
  queue: or(callText),
  recordingIds: or(fc.array(or(callText), { maxLength: 3 })),
  tags: or(fc.dictionary(tagNames, or(callText), { noNullPrototype: true })),
  directoryMatches: or(fc.array(or(match), { maxLength: 3 })),
  dur: or(callNumber),
  rateCost: or(callNumber),
  callKey: or(callNumber),
  survey: or(
    fc.record({ stars: or(callNumber), notes: or(fc.array(or(callText), { maxLength: 3 })) }),
  ),
  start: or(callTime),
  answer: or(callTime),
  vip: or(fc.boolean()),
});
