import { OnhookError } from "../errors.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import type { Tracer } from "../jobs/tracer.ts";
import type { OutgoingRecord, RecordBatch } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { matchBatch } from "./match-batch.ts";
import type { MatchResult, TriggerView } from "./match-batch.ts";
import { tracedEvents, tracingOfPass } from "./match-tracing.ts";
import type { PassTracing } from "./match-tracing.ts";
import { PassingMemory } from "../runtime/passing-memory.ts";
import type { PassingShelf } from "../runtime/passing-memory.ts";
import type { MatchEvent } from "./match-events.ts";

export interface MatchStageDeps {
  readonly schemas: CallSchemas;
  readonly triggers: TriggerView;
  /** Into what `allocate` gives. */
  encodeJob(job: DeliveryJob, allocate: (bytes: number) => Buffer): Buffer;
  /** How often a value was of another type than expected, by field, since this was last asked. */
  takeTypeMismatches(): ReadonlyMap<string, number>;
  readonly topics: { readonly jobs: string; readonly invalid: string };
  /** Left out: no traces are made here, those that calls belong to go on. */
  readonly tracer?: Tracer;
  /** Whether calls are counted by their tenant, too; not when left out. */
  readonly countsTenants?: boolean;
  readonly clock: Clock;
  readonly emit: Emit<MatchEvent>;
}

/** What a batch turns into. The records and the batch's end must be committed together, or neither. */
export interface Transformed {
  /** How many records of the batch, from its first, are in this; at least one. */
  readonly consumed: number;
  readonly records: readonly OutgoingRecord[];
  /** To be called once, after the commit: only then has it happened. The records are gone from then on. */
  committed(): void;
}

export interface MatchStage {
  /**
   * Turns the batch into records of at most `maxRecordBytes` each, or as much of it as memory should hold at once.
   * Rejects with REGISTRY_UNREACHABLE when a schema is needed that can't be had now: try the same batch again later.
   */
  transform(batch: RecordBatch, maxRecordBytes: number): Promise<Transformed>;
}

/** How much of a batch's output is held at once: calls that fire many triggers each carry their bytes for each. */
const maxOutputBytes = 16 * 1024 * 1024;

/** How many look-ups of one batch may be under way: one after the other, a flood of made-up ids takes too long. */
const lookUpsAtOnce = 16;

/** Loads all; begins no more once one has failed, since the batch is then tried again whole. */
async function loadAll(ids: ReadonlySet<number>, schemas: CallSchemas): Promise<void> {
  const left = ids.values();
  let failed = false;
  async function loadSome(): Promise<void> {
    for (const id of left) {
      try {
        await schemas.load(id);
      } catch (error) {
        failed = true;
        throw error;
      }
      if (failed) return;
    }
  }
  await Promise.all(Array.from({ length: lookUpsAtOnce }, loadSome));
}

interface Room {
  readonly maxRecordBytes: number;
  /** Where jobs are encoded. */
  readonly shelf: PassingShelf;
}

interface Pass extends Room {
  /** Gets the ids of schemas that are not known; their calls are taken for invalid. */
  readonly missing: Set<number>;
  readonly tracing: PassTracing;
}

/** What came of a batch, with the begin of the pass that did it, ms since the epoch. */
interface Matched {
  readonly result: MatchResult;
  readonly tracing: PassTracing;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** Matches by the schemas that are known right now. */
function matchKnown(deps: MatchStageDeps, batch: RecordBatch, pass: Pass): MatchResult {
  const { schemas, triggers, topics, countsTenants = false } = deps;
  const { maxRecordBytes, shelf, missing, tracing } = pass;
  return matchBatch(batch, {
    triggers,
    schemaOf: (id) => {
      const known = schemas.peek(id);
      if (known === undefined) missing.add(id);
      return known ?? new OnhookError("SCHEMA_UNKNOWN", { schemaId: id });
    },
    encodeJob: (job) => deps.encodeJob(job, shelf.allocate),
    tracing,
    jobsTopic: topics.jobs,
    invalidTopic: topics.invalid,
    maxRecordBytes,
    maxOutputBytes,
    countsTenants,
  });
}

/** Matches by all the schemas that it takes, which are loaded where one is missing; what is told is the last pass. */
async function matchWhole(deps: MatchStageDeps, batch: RecordBatch, room: Room): Promise<Matched> {
  const { schemas, clock } = deps;
  const asked = new Set<number>();
  for (;;) {
    const missing = new Set<number>();
    const startedAt = clock.now();
    const tracing = tracingOfPass(deps.tracer);
    const result = matchKnown(deps, batch, { ...room, missing, tracing });
    const unasked = missing.difference(asked);
    if (unasked.size === 0)
      return { result, tracing, startedAt, durationMs: clock.now() - startedAt };
    // Rare enough: to look for them first would go over every call of every batch. With each schema more the output may
    // become less, and so go further into the batch, where there are others.
    for (const id of unasked) asked.add(id);
    deps.takeTypeMismatches();
    await loadAll(unasked, schemas);
  }
}

/** The stage between the calls and the jobs: loads the schemas a batch needs, matches it, and tells what came of it. */
export function createMatchStage(deps: MatchStageDeps): MatchStage {
  const { clock, emit } = deps;
  const memory = new PassingMemory();

  function report(
    batch: RecordBatch,
    { result, tracing, startedAt, durationMs }: Matched,
    mismatches: ReadonlyMap<string, number>,
  ): void {
    const { topic, partition } = batch;
    const { calls, matched, jobs, invalid, tenants } = result;
    emit({
      type: "cdr.batch-matched",
      topic,
      partition,
      calls,
      matched,
      jobs,
      invalid: invalid.length,
      durationMs,
    });
    if (tenants !== null) emit({ type: "cdr.tenants-counted", tenants });
    for (const [field, count] of mismatches) emit({ type: "match.type-mismatch", field, count });
    for (const [reason, each] of Map.groupBy(invalid, ({ error }) => error.code)) {
      const offset = each[0]?.offset ?? 0;
      emit({ type: "cdr.invalid", topic, partition, offset, count: each.length, reason });
    }
    if (tracing.traced.length === 0) return;
    const at = { topic, partition, startedAt, endedAt: clock.now() };
    for (const event of tracedEvents(tracing.traced, invalid, at)) emit(event);
  }

  return {
    async transform(batch, maxRecordBytes) {
      const shelf = memory.take();
      const matched = await matchWhole(deps, batch, { maxRecordBytes, shelf });
      const { result } = matched;
      const mismatches = deps.takeTypeMismatches();
      return {
        records: result.records,
        consumed: result.calls,
        committed: () => {
          report(batch, matched, mismatches);
          shelf.giveBack();
        },
      };
    },
  };
}
