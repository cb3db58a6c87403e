import { z } from "zod";
import { line, record, text, zodProblems } from "./shape-problems.ts";
import type { Problem } from "./trigger.ts";

/** A tenant's licence, as `schemas/tenant.avsc` writes it. */
export interface Tenant {
  readonly tenantId: string;
  readonly name: string;
  /** How many triggers the licence covers; null is no limit. */
  readonly maxTriggers: number | null;
  /** Whether none of the tenant's triggers fire. */
  readonly suspended: boolean;
}

export type TenantCheck =
  | { readonly ok: true; readonly tenant: Tenant }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const shape = record(
  {
    tenantId: text(1, 200),
    name: line(0, 200).default(""),
    maxTriggers: z
      .int({ error: "is not a whole number" })
      .min(0, { error: "is negative" })
      .max(2 ** 31 - 1, { error: "is over 2147483647" })
      .nullable()
      .default(null),
    suspended: z.boolean({ error: "is neither true nor false" }).default(false),
  },
  "is not a tenant",
);

/** Checks a tenant that somebody wrote, and fills in what was left out. Finds all problems at once. */
export function checkTenant(input: unknown): TenantCheck {
  const checked = shape.safeParse(input);
  if (checked.success) return { ok: true, tenant: checked.data };
  return { ok: false, problems: zodProblems(checked.error) };
}
