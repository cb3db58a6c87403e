import { randomInt } from "node:crypto";

/**
 * The seeds of a run: `ONHOOK_FAULT_SEED` repeats one, `ONHOOK_FAULT_ROUNDS` takes that many, one after the other.
 * Each scenario is run once for each.
 */
export function seedsOf(env: Readonly<Record<string, string | undefined>>): readonly number[] {
  const first = Number(env["ONHOOK_FAULT_SEED"] ?? randomInt(2 ** 31));
  const rounds = Number(env["ONHOOK_FAULT_ROUNDS"] ?? 1);
  for (const [name, value] of Object.entries({
    ONHOOK_FAULT_SEED: first,
    ONHOOK_FAULT_ROUNDS: rounds,
  }))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name} must be a whole number from 0 on`);
  return Array.from({ length: rounds }, (_, round) => first + round);
}
