import * as fc from "fast-check";
import { newSigningSecret } from "../../src/secrets/signing-secret.ts";
import { operators } from "../../src/triggers/trigger.ts";
import type { Condition, Trigger } from "../../src/triggers/trigger.ts";
import { someTriggerId } from "./trigger-input.ts";

/** The usual nine times of ten, so that a trigger, of which each part may be wrong, is valid often enough. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9 * others.length, arbitrary: usual }, ...others);

const text = (least: number, most: number): fc.Arbitrary<string> =>
  mostly(
    fc.string({ minLength: least, maxLength: most, unit: "grapheme-ascii" }),
    fc.string({ maxLength: most, unit: "grapheme" }),
    fc.constantFrom("", "\u0000", "\uFFFD", "constructor", "***", "x".repeat(1001)),
  );
/** avsc writes no others. */
const [leastLong, mostLong] = [-(2 ** 52), 2 ** 52];
const time = fc.option(
  fc.oneof(
    fc.integer({ min: leastLong, max: mostLong }),
    fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 35),
  ),
);
const name = mostly(fc.stringMatching(/^[a-z][a-z-]{0,9}$/), text(1, 8));
const pairs = fc.dictionary(name, text(0, 12), { maxKeys: 3, noNullPrototype: true });
const secret = mostly(
  fc.constantFrom(newSigningSecret("hmac"), newSigningSecret("ed25519")),
  fc.constantFrom("whsec_***", "whsec_AAAA", "enc:v1:k:AAAA", "whsec_ä"),
);

const usualConditions = fc.constantFrom<Condition[]>(
  { field: "dur", op: "gte", values: ["10"], ignoreCase: false },
  { field: "cliNum", op: "prefix", values: ["+44", ""], ignoreCase: true },
  { field: "tags.VIP", op: "exists", values: [], ignoreCase: false },
);
const anyCondition = fc.record({
  field: fc.constantFrom("dur", "cliNum", "start", "lost", "tags.VIP", "nosuch", "tags", ""),
  op: fc.constantFrom(...operators, "almost" as never),
  values: fc.array(
    fc.oneof(
      text(0, 6),
      fc.constantFrom("10", "1e3", "true", "2024-05-29T09:37:35+01:00", "Mon 09:00-10:00"),
    ),
    { maxLength: 2 },
  ),
  ignoreCase: fc.boolean(),
});

const action = fc.record({
  url: mostly(
    fc.constantFrom("https://example.com/hook?a=1", "https://example.com"),
    fc.constantFrom(
      "http://example.com/",
      "https://user@example.com/",
      "https://example.com/ä",
      "https://1.2.3.256/",
      "https://example.com/#a",
      "https://",
      "x",
    ),
  ),
  method: mostly(
    fc.constantFrom("GET" as const, "POST" as const, "PUT" as const),
    fc.constant("PATCH" as never),
  ),
  format: mostly(
    fc.constantFrom("json" as const, "form" as const, "multipart" as const),
    fc.constant("xml" as never),
  ),
  customData: pairs,
  retries: mostly(fc.nat(10), fc.constantFrom(-1, 11)),
  secrets: mostly(fc.array(secret, { maxLength: 2 }), fc.array(secret, { maxLength: 6 })),
  oldSecretsUntil: time,
  headers: mostly(fc.constant({}), pairs),
  auth: mostly(
    fc.constant(null),
    fc.record({
      scheme: fc.constantFrom("basic" as const, "bearer" as const),
      username: fc.option(text(1, 5)),
      secret: text(1, 5),
    }),
  ),
});

/** Triggers as an event may have them: of the right types, valid or not. */
export const someTriggers: fc.Arbitrary<Trigger> = fc.record({
  triggerId: mostly(
    fc.constant(someTriggerId),
    fc.constantFrom(someTriggerId.toUpperCase(), "7c9e6679", ""),
  ),
  tenantId: text(1, 12),
  name: text(0, 12),
  enabled: fc.boolean(),
  disabledReason: fc.option(text(0, 12)),
  createdAt: time,
  filters: fc.array(mostly<Condition>(usualConditions, anyCondition), { maxLength: 3 }),
  action,
});
