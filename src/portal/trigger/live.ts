import type { DryRun } from "../../admin/contract/calls.ts";
import type { Problem } from "../../admin/contract/shapes.ts";
import type { Condition, Trigger } from "../../admin/contract/triggers.ts";
import { ApiError } from "../api/problem.ts";
import { useLoad, useSettled } from "../shell/load.ts";
import type { Load } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { writtenOf } from "./draft.ts";
import type { Draft, Written } from "./draft.ts";
import type { ConditionCounts } from "./filter-builder.ts";

const settleMs = 400;
const noCounts: ConditionCounts = new Map();

/** A draft as it was when it was checked, and what is wrong with it. */
export interface Checked {
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
      return { written, problems };
    },
    [tenantId, JSON.stringify(writtenOf(settled, saved))],
  );
}

/** Whether what was found is about the draft as it is. */
export function isAbout(checked: Checked | null, draft: Draft, saved: Trigger | null): boolean {
  if (checked === null) return false;
  return JSON.stringify(checked.written) === JSON.stringify(writtenOf(draft, saved));
}

interface SoundCondition {
  /** Its place among all of them. */
  readonly index: number;
  readonly condition: Condition;
}

/** The conditions that nothing is wrong with, in their order. */
export function soundConditions({ written, problems }: Checked): readonly SoundCondition[] {
  return written.filters
    .map((condition, index) => ({ index, condition }))
    .filter(({ index }) => !problems.some(({ path }) => path.startsWith(`filters[${index}]`)));
}

export interface DryRunOf {
  /** Null: it was refused, as `masked` tells. */
  readonly dryRun: DryRun | null;
  /** Conditions that may not be tried: whoever asks may not see the texts that these are about. */
  readonly masked: readonly Condition[];
  readonly counts: ConditionCounts;
  /** What was asked. */
  readonly key: string;
  /** Conditions that were left out, as they are not complete. */
  readonly leftOut: number;
}

/** The conditions for which a dry run was refused; throws what is another error. */
function maskedOf(error: unknown, tried: readonly SoundCondition[]): readonly Condition[] {
  const isThat = error instanceof ApiError && error.code === "FORBIDDEN";
  if (!isThat || error.problems.length === 0) throw error;
  return tried
    .filter((_, asked) => error.problems.some(({ path }) => path === `filters[${asked}]`))
    .map(({ condition }) => condition);
}

export interface DryRunLoad extends Load<DryRunOf> {
  readonly counts: ConditionCounts;
  /** Whether `data` is about what was checked, and not about what was before. */
  readonly isAbout: boolean;
}

/** For how many recent calls a draft would have fired; conditions that are not complete yet are left out of it. */
export function useDryRun(checked: Checked | null, saved: Trigger | null): DryRunLoad {
  const { api, can, tenantId } = usePortal();
  const sound = checked === null ? [] : soundConditions(checked);
  const leftOut = (checked?.written.filters.length ?? 0) - sound.length;
  const key = checked === null || !can("calls:read") ? null : JSON.stringify([sound, leftOut]);
  const load = useLoad<DryRunOf>(
    key === null
      ? null
      : async (signal) => {
          // Calls meet conditions, whatever the request is: an address that is not complete does not matter here.
          const filters = sound.map(({ condition }) => condition);
          const trigger = { name: "", filters, action: { url: "https://example.com/" } };
          const asked = { trigger, ...(saved === null ? {} : { triggerId: saved.triggerId }) };
          const run = api.call("dryRun", { body: asked, signal });
          const answer = await run.catch((error: unknown) => maskedOf(error, sound));
          if (!("body" in answer))
            return { dryRun: null, masked: answer, counts: noCounts, leftOut, key };
          const { body } = answer;
          const counts = new Map(
            sound.flatMap(({ index }, asked) => {
              const count = body.conditions[asked];
              return count === undefined ? [] : [[index, count] as const];
            }),
          );
          return { dryRun: body, masked: [], counts, leftOut, key };
        },
    [tenantId, saved?.triggerId, key],
  );
  // What was asked before may be about other rows.
  const isAbout = load.data !== null && load.data.key === key;
  return { ...load, counts: isAbout && load.data !== null ? load.data.counts : noCounts, isAbout };
}
