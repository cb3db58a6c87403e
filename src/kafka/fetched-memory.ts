import type { Batch } from "kafkajs";
import { frameMemory } from "./frame-memory.ts";

/** The memory of one fetch, and how many partitions' records are views of it that somebody may still look at. */
interface Shared {
  readonly memory: ArrayBufferLike;
  users: number;
}

const sharedBy = new WeakMap<readonly object[], Shared>();

/** Notes that these partitions' records, and nothing else, are views of the answer that they came with. */
export function shareMemory(
  memory: ArrayBufferLike,
  partitions: readonly (readonly object[])[],
): void {
  const shared: Shared = { memory, users: partitions.length };
  for (const messages of partitions) sharedBy.set(messages, shared);
}

/**
 * Says that nobody will look at the batch's records any more, nor at any view of their bytes. Once all batches of a fetch
 * are done with, its memory is used again: views are empty then, and records throw where they are asked for their bytes. A
 * batch that nobody says it of is left to the collector.
 */
export function doneWith(batch: Batch): void {
  const { rawMessages } = batch as Batch & { readonly rawMessages: readonly object[] };
  const shared = sharedBy.get(rawMessages);
  if (shared === undefined) return;
  sharedBy.delete(rawMessages);
  shared.users -= 1;
  if (shared.users === 0) frameMemory.give(shared.memory);
}
