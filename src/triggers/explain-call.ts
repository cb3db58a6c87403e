import type { Cdr } from "../cdr/call-ended.ts";
import type { Field } from "../cdr/field-catalog.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import { parseInstant } from "./instant.ts";
import type { RefusedTrigger } from "./refused-events.ts";
import type { TriggerStatus } from "./tenant-triggers.ts";
import type { Condition, Problem, Trigger } from "./trigger.ts";

/** What a condition says of a call. */
export interface ConditionVerdict {
  readonly condition: Condition;
  readonly holds: boolean;
  /** What the call has there, several where the field has; none where it does not have it. */
  readonly values: readonly unknown[];
  /** Whether one of the values is of another type or shape than the field's: it never satisfies a condition. */
  readonly mismatch: boolean;
}

function isOfType(value: unknown, { type }: Field): boolean {
  switch (type) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number" || typeof value === "bigint";
    case "time":
      return typeof value === "string" && parseInstant(value) !== undefined;
    case "boolean":
      return typeof value === "boolean";
    case "container":
      return typeof value !== "symbol";
  }
  return type satisfies never;
}

/**
 * Why a trigger's conditions hold for a call or don't, condition by condition, in the trigger's order; all of them hold
 * exactly when the trigger fires. Asked are the very conditions that match asks. The CDR has to have the trigger's
 * `cdrFields`, decoded. Never throws.
 */
export function explainCall({ conditions }: CompiledTrigger, cdr: Cdr): ConditionVerdict[] {
  return conditions.map(({ condition, field, holds }) => {
    const found = field.values(cdr);
    return {
      condition,
      holds: holds(cdr),
      // Symbols stand for what is there in another shape.
      values: found.filter((value) => typeof value !== "symbol"),
      mismatch: found.some((value) => !isOfType(value, field)),
    };
  });
}

/** A reason outside the conditions. */
export type Obstacle =
  | { readonly kind: "disabled"; readonly reason: string | null }
  | { readonly kind: "over-licence" | "suspended" | "other-tenant" }
  /** The call had ended before there was the trigger. `createdAt` in ms since the epoch. */
  | { readonly kind: "created-later"; readonly createdAt: number }
  /** A newer version of the trigger was refused; the one before it is in force. */
  | {
      readonly kind: "newer-version-refused";
      readonly offset: number;
      readonly problems: readonly Problem[];
    };

/** A trigger as far as the reasons outside its conditions go. */
export interface TriggerStanding {
  readonly trigger: Trigger;
  readonly status: TriggerStatus;
  readonly refused: RefusedTrigger | undefined;
}

function ofStatus({ trigger, status }: TriggerStanding): Obstacle[] {
  if (status === "active") return [];
  return [
    status === "disabled" ? { kind: status, reason: trigger.disabledReason } : { kind: status },
  ];
}

/** What, besides its conditions, keeps a trigger from firing for a call, or is worth knowing of it. `timestamp`: when the call came, ms since the epoch. */
export function obstaclesOf(
  standing: TriggerStanding,
  call: { readonly tenantId: string; readonly timestamp: number },
): Obstacle[] {
  const { trigger, refused } = standing;
  const obstacles = ofStatus(standing);
  if (call.tenantId !== trigger.tenantId) obstacles.push({ kind: "other-tenant" });
  const { createdAt } = trigger;
  if (createdAt !== null && createdAt > call.timestamp)
    obstacles.push({ kind: "created-later", createdAt });
  if (refused !== undefined) {
    const { offset, problems } = refused;
    obstacles.push({ kind: "newer-version-refused", offset, problems });
  }
  return obstacles;
}

/** Whether it keeps the trigger from firing. A refused version does not: the one before it does its work. */
export function blocks({ kind }: Obstacle): boolean {
  return kind !== "newer-version-refused";
}
