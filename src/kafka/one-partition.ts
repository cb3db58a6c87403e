import type { Message } from "kafkajs";

/**
 * Messages that all name the same partition, as kafkajs takes them. It asks a list to reduce itself to messages by
 * partition, and copies what it has of a partition for each further message: with some hundreds, as under load, that is
 * kilobytes for each of them. This list knows what it comes to.
 */
export function ofOnePartition(messages: readonly Message[], partition: number): Message[] {
  const list = [...messages];
  return Object.defineProperty(list, "reduce", { value: () => ({ [partition]: list }) });
}
