import * as fc from "fast-check";

/** How many inputs each property gets; `npm run test:fuzz` gives 100,000. */
export const runs = Number(process.env["FUZZ_RUNS"] ?? 1000);

/** FUZZ_SEED repeats a run. */
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);

/** Tries a property with as many inputs as were asked for, `inputsAtOnce` of which each of its runs takes. */
export async function fuzz<T>(
  what: string,
  input: fc.Arbitrary<T>,
  holds: (input: T) => Promise<void> | void,
  inputsAtOnce = 1,
): Promise<void> {
  const numRuns = Math.ceil(runs / inputsAtOnce);
  console.log(`fuzz: ${what}, ${numRuns * inputsAtOnce} inputs, FUZZ_SEED=${seed}`);
  await fc.assert(
    fc.asyncProperty(input, async (value) => holds(value)),
    { numRuns, seed },
  );
}

/** What breaks readers of bytes: counts and lengths that are huge, negative or without end, and ends of things. */
const nasty = [
  "ff",
  "00",
  "01",
  "80",
  "feffffff0f",
  "ffffffff0f",
  "feffffffffffffffff01",
  "ffffffffffffffffff01",
  "80808080808080808080",
  "ffffffffffffffffffffffff",
  "0d0a0d0a",
  "efbbbf",
  "eda080",
].map((hex) => Buffer.from(hex, "hex"));

const someBytes = fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes));
const place = fc.nat({ max: 4095 });
const length = fc.nat({ max: 64 });

/** One change of bytes; places go round where the bytes are shorter. */
type Mutation = (bytes: Buffer) => Buffer;

function spliced(bytes: Buffer, at: number, removed: number, put: Buffer): Buffer {
  const start = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + removed)]);
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat({ max: 7 })).map(([at, bit]): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    const index = at % Math.max(1, bytes.length);
    changed[index] = (changed[index] ?? 0) ^ (1 << bit);
    return changed;
  }),
  fc.tuple(place, fc.oneof(someBytes, fc.constantFrom(...nasty))).map(
    ([at, put]): Mutation =>
      (bytes) =>
        spliced(bytes, at, put.length, put),
  ),
  fc.tuple(place, fc.oneof(someBytes, fc.constantFrom(...nasty))).map(
    ([at, put]): Mutation =>
      (bytes) =>
        spliced(bytes, at, 0, put),
  ),
  fc.tuple(place, length).map(
    ([at, removed]): Mutation =>
      (bytes) =>
        spliced(bytes, at, removed, Buffer.alloc(0)),
  ),
  fc.tuple(place, length, place).map(([from, size, to]): Mutation => (bytes) => {
    const start = from % (bytes.length + 1);
    return spliced(bytes, to, 0, bytes.subarray(start, start + size));
  }),
  place.map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
);

/** Bytes that were sound, after some changes; now and then after none. */
export function mutated(sound: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(sound, fc.array(mutation, { maxLength: 5 }))
    .map(([bytes, changes]) => changes.reduce((changed, change) => change(changed), bytes));
}

/** Bytes of no origin. */
export const noise = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(text)),
);

/** Some of each: sound bytes with changes, mostly, and noise. */
export function hostile(sound: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.oneof({ arbitrary: mutated(sound), weight: 5 }, { arbitrary: noise, weight: 1 });
}
