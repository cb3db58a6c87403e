import { promisify } from "node:util";
import { constants, gzip, unzip, zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs from "kafkajs";
import { compressFrame, decompressFrame } from "lz4-napi";
import snappy from "snappy";

/** The frame that Java's snappy streams write: magic, two versions, then blocks of a length and snappy bytes. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderLength = 16;

/** The length that snappy bytes say they expand to: a number of 7 bits a byte, the lowest first. */
function snappyLength(block: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = block[at] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) break;
  }
  return length;
}

/** Snappy takes the memory that its bytes ask for before it looks at them, so it is asked for no more than `most`. */
async function uncompressBlock(block: Buffer, most: number): Promise<Buffer> {
  const length = snappyLength(block);
  if (length > most)
    throw new RangeError(`A batch in snappy expands to more than ${maxBatchBytes}`);
  return (await snappy.uncompress(block)) as Buffer;
}

async function decompressSnappy(buffer: Buffer): Promise<Buffer> {
  if (!buffer.subarray(0, xerialMagic.length).equals(xerialMagic))
    return uncompressBlock(buffer, maxBatchBytes);
  const blocks: Buffer[] = [];
  let left = maxBatchBytes;
  for (let at = xerialHeaderLength; at < buffer.length;) {
    const length = buffer.readUInt32BE(at);
    at += 4;
    const block = await uncompressBlock(buffer.subarray(at, at + length), left);
    blocks.push(block);
    left -= block.length;
    at += length;
  }
  return Buffer.concat(blocks);
}

interface Encoder {
  readonly buffer: Buffer;
}

/**
 * The most that one batch may expand to, in bytes. Few compressed bytes can stand for very many; a batch beyond this
 * ends the consumer, which is told and made anew, and not the process. lz4 needs no limit: its form can't stand for more
 * than 255 times its bytes, and those are bounded by the topic.
 */
const maxBatchBytes = 128 * 1024 * 1024;
const bounded = { maxOutputLength: maxBatchBytes };

const compressGzip = promisify(gzip);
const decompressGzip = promisify(unzip);
const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify(zstdDecompress);

/**
 * Teaches kafkajs the codecs it lacks: a producer of the platform that compresses with one of them would otherwise
 * end the consumer for good. Source: kafkajs, "Compression". Safe to call more than once.
 */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress: async (encoder: Encoder) => compressGzip(encoder.buffer),
    decompress: async (buffer: Buffer) => decompressGzip(buffer, bounded),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async (encoder: Encoder) => snappy.compress(encoder.buffer),
    decompress: decompressSnappy,
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async (encoder: Encoder) => compressFrame(encoder.buffer),
    decompress: async (buffer: Buffer) => decompressFrame(buffer),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async (encoder: Encoder) =>
      compressZstd(encoder.buffer, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
    decompress: async (buffer: Buffer) => decompressZstd(buffer, bounded),
  });
}
