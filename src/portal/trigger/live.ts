import type { DryRun } from "../../admin/contract/calls.ts";
import type { Problem } from "../../admin/contract/shapes.ts";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { ApiError } from "../api/problem.ts";
import { useLoad, useSettled } from "../shell/load.ts";
import type { Load } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { writtenOf } from "./draft.ts";
import type { ConditionDraft, Draft, Written } from "./draft.ts";
import type { ConditionCounts } from "./filter-builder.ts";

const settleMs = 400;

/** A draft as it was when it was checked, and what is wrong with it. */
export interface Checked {
  readonly draft: Draft;
  readonly written: Written;
  readonly problems: readonly Problem[];
}

/** The body of what is asked about an unsaved trigger. */
export function draftBody(written: Written, saved: Trigger | null) {
  return {
    trigger: { ...written },
    ...(saved === null ? {} : { triggerId: saved.triggerId }),
  };
}

/** Has a draft checked whenever it has not changed for a moment. */
export function useChecked(draft: Draft, saved: Trigger | null): Load<Checked> {
  const { api, tenantId } = usePortal();
  const settled = useSettled(draft, settleMs);
  return useLoad<Checked>(
    async (signal) => {
      const written = writtenOf(settled, saved);
      const body = draftBody(written, saved);
      const { problems } = (await api.call("checkTrigger", { body, signal })).body;
      return { draft: settled, written, problems };
    },
    [tenantId, JSON.stringify(writtenOf(settled, saved))],
  );
}

/** The conditions that nothing is wrong with, in their order. */
export function soundConditions({ draft, problems }: Checked): readonly ConditionDraft[] {
  return draft.filters.filter(
    (_, index) => !problems.some(({ path }) => path.startsWith(`filters[${index}]`)),
  );
}

export interface DryRunOf {
  /** Null: it was refused, as `masked` tells. */
  readonly dryRun: DryRun | null;
  /** Conditions that may not be tried: whoever asks may not see the texts that these are about. */
  readonly masked: readonly ConditionDraft[];
  readonly counts: ConditionCounts;
  /** Conditions that were left out, as they are not complete. */
  readonly leftOut: number;
}

/** The conditions for which a dry run was refused; throws what is another error. */
function maskedOf(error: unknown, tried: readonly ConditionDraft[]): readonly ConditionDraft[] {
  const isThat = error instanceof ApiError && error.code === "FORBIDDEN";
  if (!isThat || error.problems.length === 0) throw error;
  return tried.filter((_, index) =>
    error.problems.some(({ path }) => path === `filters[${index}]`),
  );
}

/** For how many recent calls a draft would have fired; conditions that are not complete yet are left out of it. */
export function useDryRun(checked: Checked | null, saved: Trigger | null): Load<DryRunOf> {
  const { api, can, tenantId } = usePortal();
  const sound = checked === null ? [] : soundConditions(checked);
  const filters = sound.map(({ field, op, values, ignoreCase }) => ({
    field,
    op,
    values,
    ignoreCase,
  }));
  const leftOut = (checked?.draft.filters.length ?? 0) - sound.length;
  const key = checked === null || !can("calls:read") ? null : JSON.stringify(filters);
  return useLoad<DryRunOf>(
    key === null
      ? null
      : async (signal) => {
          // Calls meet conditions, whatever the request is: an address that is not complete does not matter here.
          const trigger = { name: "", filters, action: { url: "https://example.com/" } };
          const asked = { trigger, ...(saved === null ? {} : { triggerId: saved.triggerId }) };
          const run = api.call("dryRun", { body: asked, signal });
          const answer = await run.catch((error: unknown) => maskedOf(error, sound));
          if (!("body" in answer))
            return { dryRun: null, masked: answer, counts: new Map(), leftOut };
          const { body } = answer;
          const counts = new Map(
            sound.flatMap(({ id }, index) => {
              const count = body.conditions[index];
              return count === undefined ? [] : [[id, count] as const];
            }),
          );
          return { dryRun: body, masked: [], counts, leftOut };
        },
    [tenantId, saved?.triggerId, key, leftOut],
  );
}
