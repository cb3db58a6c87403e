import { expect, test } from "vitest";
import { changedSecrets } from "../../src/configuration/changed-secrets.ts";
import type { SecretChange } from "../../src/configuration/changed-secrets.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

const now = 1_735_689_600_000;
const hour = 3_600_000;

function changed(
  secrets: readonly string[],
  change: Partial<SecretChange>,
  oldSecretsUntil: number | null = null,
) {
  const trigger = { triggerId: "t", action: { url: "u", secrets, oldSecretsUntil } };
  const whole = { added: null, old: "kept", oldUntil: null, ...change } as const;
  return changedSecrets(trigger as unknown as Trigger, whole, now);
}

test.each([
  [[], { added: "new" }, { secrets: ["new"], oldSecretsUntil: null }],
  [["a", "b"], { added: "new" }, { secrets: ["new", "a", "b"], oldSecretsUntil: null }],
  [
    ["a"],
    { added: "new", oldUntil: now + hour },
    { secrets: ["new", "a"], oldSecretsUntil: now + hour },
  ],
  [[], { added: "new", oldUntil: now + hour }, { secrets: ["new"], oldSecretsUntil: null }],
  [["a", "b"], { added: "new", old: "dropped" }, { secrets: ["new"], oldSecretsUntil: null }],
  [["a", "b"], { old: "dropped" }, { secrets: ["a"], oldSecretsUntil: null }],
  [[], { old: "dropped" }, { secrets: [], oldSecretsUntil: null }],
] as const)("secrets %j changed by %j are %j", (secrets, change, expected) => {
  expect(changed(secrets, change)).toEqual({ url: "u", ...expected });
});

test("old ones whose time is over are dropped with the next change", () => {
  const four = ["a", "b", "c", "d", "e"];
  expect(changed(four, { added: "new" }, now).secrets).toEqual(["new", "a"]);
  expect(() => changed(four, { added: "new" }, now + 1)).toThrow(
    expect.objectContaining({
      code: "SECRETS_FULL",
      message:
        "Trigger t has 5 signing secrets, the most it may have: leave the old ones out with --drop-old",
    }),
  );
});
