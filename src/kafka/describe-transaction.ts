import type { KafkajsBroker } from "./kafkajs-cluster.ts";
import { errorOfCode, sendOwn } from "./own-request.ts";
import type { Decoder } from "./own-request.ts";

/** Source: Kafka's protocol guide, API keys and error codes. */
const apiKey = 65;
const transactionalIdNotFound = 105;

function decode(decoder: Decoder): string | null {
  decoder.readInt32();
  if (decoder.readUVarInt() - 1 < 1) return null;
  const code = decoder.readInt16();
  decoder.readUVarIntString();
  const state = decoder.readUVarIntString();
  if (code === transactionalIdNotFound) return null;
  if (code !== 0) throw errorOfCode(code);
  return state;
}

/**
 * Asks a transactional id's coordinator in which state its last transaction is, by DescribeTransactions, which kafkajs
 * does not have: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort and others. Null: there was none, or
 * the broker is of a version before 3.0 and can't tell. Rejects with kafkajs's error of what it answered.
 */
export async function describeTransaction(
  coordinator: KafkajsBroker,
  transactionalId: string,
): Promise<string | null> {
  if (coordinator.versions?.[apiKey] === undefined) return null;
  return sendOwn(coordinator, {
    apiKey,
    apiVersion: 0,
    apiName: "DescribeTransactions",
    encode: (encoder) =>
      encoder.writeUVarInt(2).writeUVarIntString(transactionalId).writeUVarInt(0),
    decode,
  });
}
