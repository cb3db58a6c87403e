import type { Trigger } from "../triggers/trigger.ts";
import { activeOf } from "./active-triggers.ts";
import type { Licence } from "./active-triggers.ts";
import type { ConfigHistory, Version } from "./config-history.ts";
import type { Window } from "./window.ts";
import type { PlainPlaces } from "./plain-places.ts";

/** A valid trigger, with the fields of the schema version by which it is valid. */
export interface KnownTrigger {
  readonly trigger: Trigger;
  readonly placeOf: PlainPlaces;
}

/** Which triggers a call may have been matched with. */
export interface Possible {
  /** One of these sets was in force; at least one. */
  readonly sets: readonly (readonly KnownTrigger[])[];
  /** Triggers of which it can't be known how they were. */
  readonly unknown: ReadonlySet<string>;
  /** Nothing is certain: it can't be known what the licence covered. */
  readonly loose: boolean;
  /** Whether a trigger may have been of this tenant in a version that is gone. */
  readonly mayHaveBeen: (triggerId: string) => boolean;
  /** Whether any trigger at all may have. */
  readonly anyMayHaveBeen: boolean;
}

export interface Configuration {
  readonly triggers: ConfigHistory<KnownTrigger>;
  readonly tenants: ConfigHistory<Licence>;
  /** The ids of all triggers that each tenant is known to have had. */
  readonly triggersOf: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface PossibleQuestion {
  readonly tenantId: string;
  readonly triggers: Window;
  readonly tenants: Window;
  /** Whether a version was in force in every process that had read it by then. */
  readonly taken: (version: Version<KnownTrigger>) => boolean;
}

/** More combinations than this are not gone through: then nothing is certain. */
const mostSets = 64;

/** The tenant's triggers as they were at one offset. */
function stateAt(
  { triggers }: Configuration,
  ids: ReadonlySet<string>,
  tenantId: string,
  offset: number,
): readonly KnownTrigger[] {
  const own: KnownTrigger[] = [];
  for (const id of ids) {
    const value = triggers.at(id, offset)?.value;
    if (value?.trigger.tenantId === tenantId) own.push(value);
  }
  return own;
}

function offsetsWithin(
  history: Configuration["triggers"],
  ids: Iterable<string>,
  window: Window,
): number[] {
  const offsets = new Set([window.lo]);
  for (const id of ids) for (const { offset } of history.within(id, window)) offsets.add(offset);
  return [...offsets];
}

function licencesOf(
  { tenants }: Configuration,
  tenantId: string,
  window: Window,
): { licences: (Licence | undefined)[]; loose: boolean } {
  const first = tenants.at(tenantId, window.lo)?.value ?? undefined;
  const later = tenants.within(tenantId, window).map(({ value }) => value ?? undefined);
  const gone = tenants.knows(tenantId)
    ? tenants.mayHaveBeenOther(tenantId, window)
    : tenants.mayHaveVanished(window);
  return { licences: [first, ...later], loose: gone };
}

function unknownOf(
  { triggers }: Configuration,
  ids: ReadonlySet<string>,
  { triggers: window, taken }: PossibleQuestion,
): Set<string> {
  const unknown = new Set<string>();
  for (const id of ids) {
    const versions = [triggers.at(id, window.lo), ...triggers.within(id, window)];
    const doubtful = versions.some((version) => version !== undefined && !taken(version));
    if (doubtful || triggers.mayHaveBeenOther(id, window)) unknown.add(id);
  }
  return unknown;
}

function activeSet(own: readonly KnownTrigger[], licence: Licence | undefined): KnownTrigger[] {
  const active = new Set(
    activeOf(
      own.map(({ trigger }) => trigger),
      licence,
    ),
  );
  return own.filter(({ trigger }) => active.has(trigger));
}

const noIds: ReadonlySet<string> = new Set();

/**
 * All sets of a tenant's triggers that may have been in force in the windows, and what can't be known of them.
 * Source: docs/decisions/0010-which-triggers-counted.md.
 */
export function possibleTriggers(config: Configuration, question: PossibleQuestion): Possible {
  const { tenantId } = question;
  const { triggers } = config;
  const window = question.triggers;
  const ids = config.triggersOf.get(tenantId) ?? noIds;
  // An offset of a topic that was deleted and made again tells nothing of what this one says.
  if (window.hi >= triggers.end) return anything(ids);
  const unknown = unknownOf(config, ids, question);
  const { licences, loose: licenceGone } = licencesOf(config, tenantId, question.tenants);
  const states = offsetsWithin(triggers, ids, window).map((offset) =>
    stateAt(config, ids, tenantId, offset),
  );
  const combinations = states
    .flatMap((own) => licences.map((licence) => ({ own, licence })))
    .slice(0, mostSets);
  const anyMayHaveBeen = triggers.anyMayHaveBeenOther(window);
  // What is gone may have been covered in place of what is there.
  const crowded =
    (anyMayHaveBeen || unknown.size > 0) &&
    licences.some((licence) => typeof licence?.maxTriggers === "number");
  const loose = licenceGone || crowded || states.length * licences.length > mostSets;
  const sets = combinations.map(({ own, licence }) => activeSet(own, licence));
  // Whatever a licence that is not known may have covered.
  if (loose) sets.push(...states.map((own) => activeSet(own, undefined)));
  const mayHaveBeen = (id: string): boolean => triggers.mayHaveBeenAnything(id, window);
  return { sets, unknown, loose, mayHaveBeen, anyMayHaveBeen };
}

function anything(unknown: ReadonlySet<string>): Possible {
  return { sets: [[]], unknown, loose: true, mayHaveBeen: () => true, anyMayHaveBeen: true };
}
