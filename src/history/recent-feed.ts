import { headerLength, schemaIdOf } from "../avro/wire-format.ts";
import type { CallSchema } from "../cdr/call-schema.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { TopicStanding } from "./history-events.ts";
import type { RecentWindow } from "./recent-window.ts";
import { TopicFollower } from "./topic-follower.ts";
import type { FollowerDeps, Following } from "./topic-follower.ts";

/**
 * How many records of each partition are read when the process starts. A few seconds' work; to find the last calls of a
 * tenant that hardly ever has one would take the whole topic.
 */
const startBehind = 50_000;

/** Of a call nothing is read but whose it is and its id, which is read whatever else is wanted. */
const noFields: ReadonlySet<string> = new Set();

export interface RecentFeedDeps extends FollowerDeps {
  readonly window: RecentWindow;
  readonly schemas: CallSchemas;
}

/** Keeps the window of recent calls up with the topic of calls. */
export class RecentFeed implements Service {
  readonly name = "recent calls";
  readonly #deps: RecentFeedDeps;
  readonly #follower: TopicFollower;

  constructor(topic: string, deps: RecentFeedDeps) {
    this.#deps = deps;
    const following: Following = {
      async start(_, source) {
        const { low, end } = await source.bounds();
        return Math.max(low, end - startBehind);
      },
      take: (_, records) => this.#take(records),
    };
    this.#follower = new TopicFollower(topic, following, deps);
  }

  get standing(): TopicStanding {
    return this.#follower.standing;
  }

  async run(stop: AbortSignal): Promise<void> {
    await this.#follower.run(stop);
  }

  async #take(records: readonly LogRecord[]): Promise<void> {
    const now = this.#deps.clock.now();
    for (const record of records) {
      const { value } = record;
      const schemaId = value && writerOf(value);
      if (value === null || schemaId === null) continue;
      // Nearly always it is known: to wait all the same would cost as much as to read the call.
      const schema = this.#deps.schemas.peek(schemaId) ?? (await this.#load(schemaId));
      if (schema !== null && !(schema instanceof OnhookError))
        this.#add(record, value, schema, now);
    }
  }

  /** Rejects with REGISTRY_UNREACHABLE. */
  async #load(schemaId: number): Promise<CallSchema | OnhookError | null> {
    await this.#deps.schemas.load(schemaId);
    return this.#deps.schemas.peek(schemaId) ?? null;
  }

  #add(record: LogRecord, value: Buffer, schema: CallSchema, now: number): void {
    const { partition, offset, timestamp } = record;
    try {
      const { tenantId, cdr } = schema.scan(value).project(noFields);
      const place = { partition, offset, timestamp };
      this.#deps.window.add({ tenantId, cdrId: cdr.id, value, ...place }, now);
    } catch (error) {
      // What is no sound call is told by match, which puts it into quarantine.
      if (!(error instanceof OnhookError) || error.retryable) throw error;
    }
  }
}

/** The id of the schema that a value was written with; null: it is no Avro at all. */
function writerOf(value: Buffer): number | null {
  return value.length < headerLength || value[0] !== 0 ? null : schemaIdOf(value);
}
