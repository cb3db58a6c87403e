import type { KafkajsBroker } from "./kafkajs-cluster.ts";
import { errorOfCode, sendOwn } from "./own-request.ts";
import type { Decoder, Encoder } from "./own-request.ts";

/** What one group has committed of one topic is asked for. */
export interface OffsetFetch {
  readonly groupId: string;
  readonly topic: string;
  readonly partitions: readonly number[];
  /** Not what may be out of date: a partition with a transaction that is not settled is answered as unstable. */
  readonly requireStable: boolean;
}

export interface FetchedOffset {
  readonly partition: number;
  /** Below 0: none. */
  readonly offset: number;
  readonly metadata: string;
}

/** Source: Kafka's protocol guide, error codes. */
const unstableOffsetCommit = 88;

/** An offset of a transaction that is not settled: ask again. */
export class UnstableOffset extends Error {}

function encode(encoder: Encoder, wanted: OffsetFetch): Encoder {
  const { groupId, topic, partitions, requireStable } = wanted;
  encoder
    .writeUVarIntString(groupId)
    .writeUVarInt(2)
    .writeUVarIntString(topic)
    .writeUVarInt(partitions.length + 1);
  for (const partition of partitions) encoder.writeInt32(partition);
  return encoder.writeUVarInt(0).writeBoolean(requireStable).writeUVarInt(0);
}

function check(code: number): void {
  if (code === unstableOffsetCommit) throw new UnstableOffset("An offset is not settled yet");
  if (code !== 0) throw errorOfCode(code);
}

function decode(decoder: Decoder): FetchedOffset[] {
  decoder.readInt32();
  const offsets: FetchedOffset[] = [];
  const codes: number[] = [];
  for (let topics = decoder.readUVarInt() - 1; topics > 0; topics -= 1) {
    decoder.readUVarIntString();
    for (let left = decoder.readUVarInt() - 1; left > 0; left -= 1) {
      const partition = decoder.readInt32();
      const offset = Number(decoder.readInt64().toString());
      decoder.readInt32();
      const metadata = decoder.readUVarIntString() ?? "";
      codes.push(decoder.readInt16());
      decoder.readTaggedFields();
      offsets.push({ partition, offset, metadata });
    }
    decoder.readTaggedFields();
  }
  check(decoder.readInt16());
  for (const code of codes) check(code);
  return offsets;
}

/**
 * Asks a group's coordinator, by OffsetFetch, version 7: the first that can ask for what is settled alone. kafkajs's ends
 * at 4. Rejects with UnstableOffset, or kafkajs's error of what it answered.
 */
export async function fetchOffsets(
  coordinator: KafkajsBroker,
  wanted: OffsetFetch,
): Promise<readonly FetchedOffset[]> {
  return sendOwn(coordinator, {
    apiKey: 9,
    apiVersion: 7,
    apiName: "OffsetFetch",
    encode: (encoder) => encode(encoder, wanted),
    decode,
  });
}
