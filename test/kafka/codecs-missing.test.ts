import kafkajs from "kafkajs";
import { expect, test } from "vitest";
import { registerCodecs } from "../../src/kafka/codecs.ts";

const { CompressionCodecs, CompressionTypes } = kafkajs;
const codecs = CompressionCodecs as unknown as Readonly<Record<number, () => unknown>>;
const missing = [CompressionTypes.Snappy, CompressionTypes.LZ4, CompressionTypes.ZSTD];

test("kafkajs by itself has none of the codecs but gzip, and has them once they are registered", () => {
  for (const type of missing) {
    expect(() => codecs[type]?.()).toThrow(
      expect.objectContaining({ name: "KafkaJSNotImplemented" }),
    );
  }
  registerCodecs();
  for (const type of missing) expect(codecs[type]?.()).toHaveProperty("decompress");
});
