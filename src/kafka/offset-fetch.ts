// @ts-expect-error kafkajs describes its public parts only; the shape used here is DecoderClass below.
import decoderClass from "kafkajs/src/protocol/decoder.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is EncoderClass below.
import encoderClass from "kafkajs/src/protocol/encoder.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is ProtocolErrors below.
import protocolErrors from "kafkajs/src/protocol/error.js";
import type { KafkajsBroker } from "./kafkajs-cluster.ts";
import { privateSymbol } from "./private-symbol.ts";

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

/** What kafkajs's encoder and decoder are used for here. */
interface Encoder {
  writeUVarInt(value: number): Encoder;
  writeUVarIntString(text: string): Encoder;
  writeInt32(value: number): Encoder;
  writeBoolean(value: boolean): Encoder;
}
interface Decoder {
  readTaggedFields(): unknown;
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readUVarInt(): number;
  readUVarIntString(): string | null;
}
interface ProtocolErrors {
  readonly createErrorFromCode: (code: number) => Error;
}

type Send = (protocol: object) => Promise<unknown>;

const newEncoder = (): Encoder => new (encoderClass as new () => Encoder)();
const { createErrorFromCode } = protocolErrors as ProtocolErrors;

/** Source: Kafka's protocol guide, error codes. */
const unstableOffsetCommit = 88;

/** An offset of a transaction that is not settled: ask again. */
export class UnstableOffset extends Error {}

/**
 * OffsetFetch, version 7: the first that can ask for what is settled alone. kafkajs's ends at 4. The first byte belongs to
 * the request's header, which has tagged fields from version 6 on.
 */
function encode({ groupId, topic, partitions, requireStable }: OffsetFetch): Encoder {
  const encoder = newEncoder().writeUVarInt(0).writeUVarIntString(groupId);
  encoder
    .writeUVarInt(2)
    .writeUVarIntString(topic)
    .writeUVarInt(partitions.length + 1);
  for (const partition of partitions) encoder.writeInt32(partition);
  return encoder.writeUVarInt(0).writeBoolean(requireStable).writeUVarInt(0);
}

function check(code: number): void {
  if (code === unstableOffsetCommit) throw new UnstableOffset("An offset is not settled yet");
  if (code !== 0) throw createErrorFromCode(code);
}

function decode(bytes: Buffer): FetchedOffset[] {
  const decoder = new (decoderClass as new (bytes: Buffer) => Decoder)(bytes);
  decoder.readTaggedFields();
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

/** Asks a group's coordinator. Rejects with UnstableOffset, or kafkajs's error of what it answered. */
export async function fetchOffsets(
  coordinator: KafkajsBroker,
  wanted: OffsetFetch,
): Promise<readonly FetchedOffset[]> {
  const symbol = privateSymbol(
    Object.getPrototypeOf(coordinator) as object,
    "private:Broker:sendRequest",
  );
  const send = (coordinator as unknown as Record<symbol, Send>)[symbol] as Send;
  const protocol = {
    request: {
      apiKey: 9,
      apiVersion: 7,
      apiName: "OffsetFetch",
      encode: async () => encode(wanted),
    },
    response: {
      decode: async (bytes: Buffer) => decode(bytes),
      parse: async (data: unknown) => data,
    },
  };
  return (await send.call(coordinator, protocol)) as readonly FetchedOffset[];
}
