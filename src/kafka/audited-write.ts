import { OnhookError } from "../errors.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";

/** Somebody's write, and whom to tell what came of it. */
export class Write {
  readonly records: readonly OutgoingRecord[];
  /** What is told of it; the last record of its transaction. */
  readonly told: OutgoingRecord;
  /** `sent`: it may be in a transaction that is committed; `over`: its writer was told. */
  state: "waiting" | "sent" | "over" = "waiting";
  readonly #outcome = Promise.withResolvers<readonly CommittedOffset[]>();
  readonly #done = new AbortController();

  constructor(records: readonly OutgoingRecord[], told: OutgoingRecord) {
    this.records = records;
    this.told = told;
  }

  get outcome(): Promise<readonly CommittedOffset[]> {
    return this.#outcome.promise;
  }

  get all(): readonly OutgoingRecord[] {
    return [...this.records, this.told];
  }

  /** The topic that it is about. */
  get topic(): string {
    return (this.records[0] ?? this.told).topic;
  }

  /** Aborted once it is over. */
  get done(): AbortSignal {
    return this.#done.signal;
  }

  succeed(places: Places): void {
    this.#outcome.resolve(this.records.map((record) => places.get(record) as CommittedOffset));
    this.#end();
  }

  fail(error: OnhookError): void {
    this.#outcome.reject(error);
    this.#end();
  }

  /** It waits no longer. */
  giveUp(): void {
    if (this.state === "over") return;
    const code = this.state === "waiting" ? "CONFIG_UNWRITTEN" : "CONFIG_IN_DOUBT";
    this.fail(new OnhookError(code, { topic: this.topic }));
  }

  #end(): void {
    this.state = "over";
    this.#done.abort();
  }
}

/** Where records stand. */
export type Places = ReadonlyMap<OutgoingRecord, CommittedOffset>;

export const isOpen = ({ state }: Write): boolean => state !== "over";

/** Those of which it is known now that they are not written, to be written anew. */
export function waitingAgain(writes: readonly Write[]): readonly Write[] {
  const open = writes.filter(isOpen);
  for (const write of open) write.state = "waiting";
  return open;
}
