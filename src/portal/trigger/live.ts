import type { DryRun } from "../../admin/contract/calls.ts";
import type { Problem } from "../../admin/contract/shapes.ts";
import type { Trigger } from "../../admin/contract/triggers.ts";
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
  readonly dryRun: DryRun;
  readonly counts: ConditionCounts;
  /** Conditions that were left out, as they are not complete. */
  readonly leftOut: number;
}

/** For how many recent calls a draft would have fired; conditions that are not complete yet are left out of it. */
export function useDryRun(checked: Checked | null): Load<DryRunOf> {
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
          const { body } = await api.call("dryRun", { body: { trigger }, signal });
          const counts = new Map(
            sound.flatMap(({ id }, index) => {
              const count = body.conditions[index];
              return count === undefined ? [] : [[id, count] as const];
            }),
          );
          return { dryRun: body, counts, leftOut };
        },
    [tenantId, key, leftOut],
  );
}
