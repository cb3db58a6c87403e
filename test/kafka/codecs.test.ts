import { promisify } from "node:util";
import { gzip, zstdCompress } from "node:zlib";
import kafkajs from "kafkajs";
import snappy from "snappy";
import { describe, expect, it } from "vitest";
import { registerCodecs } from "../../src/kafka/codecs.ts";

registerCodecs();
const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Codec {
  decompress(buffer: Buffer): Promise<Buffer>;
}

const codecs = CompressionCodecs as unknown as Readonly<Record<number, () => Codec>>;

function codec(type: number): Codec {
  const create = codecs[type];
  if (create === undefined) throw new Error(`no codec ${type}`);
  return create();
}

/** One byte more than a batch may have. */
const tooMuch = Buffer.alloc(128 * 1024 * 1024 + 1);

describe("a few bytes that expand to more than a batch may have", () => {
  it.each([
    ["gzip", CompressionTypes.GZIP, promisify(gzip)],
    ["zstd", CompressionTypes.ZSTD, promisify(zstdCompress)],
    ["snappy", CompressionTypes.Snappy, async (bytes: Buffer) => snappy.compress(bytes)],
  ])("are refused in %s", async (_, type, compress) => {
    const few = await compress(tooMuch);
    await expect(codec(type).decompress(few)).rejects.toBeInstanceOf(RangeError);
    const small = await compress(Buffer.from("small"));
    expect(String(await codec(type).decompress(small))).toBe("small");
  });

  it("are refused in snappy by what they claim, before any memory is taken", async () => {
    const claim = Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0);
    const refused = codec(CompressionTypes.Snappy).decompress(claim);
    await expect(refused).rejects.toBeInstanceOf(RangeError);
  });
});
