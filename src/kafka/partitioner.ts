import { Partitioners } from "kafkajs";
import type { ICustomPartitioner } from "kafkajs";

/** Source: Utils.murmur2 of Kafka's Java clients; all arithmetic is of 32 bits. */
const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** A key's hash as the Java clients compute it, a signed number of 32 bits. */
export function murmur2(key: Buffer): number {
  const { length } = key;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(key.readInt32LE(at), multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (at < length) {
    for (let byte = length - 1; byte >= at; byte -= 1)
      hash ^= (key[byte] as number) << (8 * (byte - at));
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** The partition of a key, of so many that a topic has, as the Java clients choose it. */
export function partitionOfKey(key: Buffer | string, partitions: number): number {
  const bytes = typeof key === "string" ? Buffer.from(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}

/**
 * Chooses as kafkajs's default does, which is as the Java clients do: by the hash of the key, round robin without one.
 * kafkajs hashes with numbers of 64 bits made of objects, and looks at every partition for each message: what it takes
 * for a key is a multiple of what matching a call takes.
 */
export const javaPartitioner: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  return (of) => {
    const { key, partition } = of.message;
    if (key === null || key === undefined || typeof partition === "number") return choose(of);
    return partitionOfKey(key, of.partitionMetadata.length);
  };
};
