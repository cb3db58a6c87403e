// @ts-expect-error kafkajs describes its public parts only; the shape used here is DecoderClass below.
import decoderClass from "kafkajs/src/protocol/decoder.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is EncoderClass below.
import encoderClass from "kafkajs/src/protocol/encoder.js";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is ProtocolErrors below.
import protocolErrors from "kafkajs/src/protocol/error.js";
import type { KafkajsBroker } from "./kafkajs-cluster.ts";
import { privateSymbol } from "./private-symbol.ts";

/** What kafkajs's encoder and decoder are used for here. */
export interface Encoder {
  writeUVarInt(value: number): Encoder;
  writeUVarIntString(text: string): Encoder;
  writeInt32(value: number): Encoder;
  writeBoolean(value: boolean): Encoder;
}
export interface Decoder {
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

/** A request that kafkajs does not have, of a version whose header has tagged fields. */
export interface OwnRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  /** Writes the request's own fields, tagged ones included. */
  encode(encoder: Encoder): Encoder;
  /** Reads the answer's own fields; may throw. */
  decode(decoder: Decoder): T;
}

/** kafkajs's error for a code; of 0, which is none, there is nothing to make. Source: Kafka's protocol guide, error codes. */
export const errorOfCode = (code: number): Error =>
  (protocolErrors as ProtocolErrors).createErrorFromCode(code);

/** Sends it over kafkajs's connection to the broker. Rejects with what `decode` throws. */
export async function sendOwn<T>(broker: KafkajsBroker, request: OwnRequest<T>): Promise<T> {
  const symbol = privateSymbol(
    Object.getPrototypeOf(broker) as object,
    "private:Broker:sendRequest",
  );
  const send = (broker as unknown as Record<symbol, Send>)[symbol] as Send;
  const { apiKey, apiVersion, apiName } = request;
  // The header's tagged fields, of which there are none, come first: kafkajs writes headers without.
  const encode = async (): Promise<Encoder> =>
    request.encode(new (encoderClass as new () => Encoder)().writeUVarInt(0));
  // In an object: kafkajs looks for a property of its own in what was decoded.
  const decode = async (bytes: Buffer): Promise<{ readonly answer: T }> => {
    const decoder = new (decoderClass as new (bytes: Buffer) => Decoder)(bytes);
    decoder.readTaggedFields();
    return { answer: request.decode(decoder) };
  };
  const protocol = {
    request: { apiKey, apiVersion, apiName, encode },
    response: { decode, parse: async (data: unknown) => data },
  };
  return ((await send.call(broker, protocol)) as { readonly answer: T }).answer;
}
