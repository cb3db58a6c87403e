import { OnhookError } from "../errors.ts";
import type { SchemaSource } from "../avro/record-codec.ts";
import type { Clock } from "../runtime/clock.ts";
import { SingleFlight } from "../runtime/single-flight.ts";
import { createCallSchema } from "./call-schema.ts";
import type { CallSchema } from "./call-schema.ts";

/** The prepared writers' schemas of calls, by id. */
export interface CallSchemas {
  /** What is known of an id right now: a schema, why it can't be used, or undefined when it was not loaded yet. */
  peek(schemaId: number): CallSchema | OnhookError | undefined;
  /**
   * Makes `peek` answer for an id. Rejects only with what trying again can mend (REGISTRY_UNREACHABLE); an id that
   * the registry does not have, or whose schema is no call, is an answer.
   */
  load(schemaId: number): Promise<void>;
}

/** How long an unusable id is believed to be unusable: a flood of poison must not become a flood of look-ups. */
const refusalMs = 30_000;

/** Bounds the memory that made-up ids can take. */
const maxRefusals = 10_000;

/** Prepares each writer's schema once and keeps it: an id never changes its meaning. */
export function createCallSchemas(source: SchemaSource, clock: Clock): CallSchemas {
  const schemas = new Map<number, CallSchema>();
  const refusals = new Map<number, { error: OnhookError; until: number }>();
  /** A process that starts with a backlog has thousands of jobs that wait for one schema: the registry is asked once. */
  const asking = new SingleFlight<number, void>();

  function refuse(schemaId: number, error: OnhookError): void {
    refusals.delete(schemaId);
    // The oldest goes: to forget all of them would send a flood of made-up ids to the registry anew.
    const [oldest] = refusals.keys();
    if (refusals.size >= maxRefusals && oldest !== undefined) refusals.delete(oldest);
    refusals.set(schemaId, { error, until: clock.now() + refusalMs });
  }

  function refusalOf(schemaId: number): OnhookError | undefined {
    const refusal = refusals.get(schemaId);
    return refusal !== undefined && refusal.until > clock.now() ? refusal.error : undefined;
  }

  async function ask(schemaId: number): Promise<void> {
    try {
      schemas.set(schemaId, createCallSchema(schemaId, await source.get(schemaId)));
      refusals.delete(schemaId);
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      refuse(schemaId, error);
    }
  }

  return {
    peek: (schemaId) => schemas.get(schemaId) ?? refusalOf(schemaId),
    async load(schemaId) {
      if (schemas.has(schemaId) || refusalOf(schemaId) !== undefined) return;
      await asking.do(schemaId, () => ask(schemaId));
    },
  };
}
