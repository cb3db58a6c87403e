const grammar = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number that somebody wrote. */
export interface Decimal {
  /** The nearest double: what numbers of the CDR are compared with. */
  readonly number: number;
  /** The whole number that it is, exactly, undefined when it is none: what longs beyond 2^53 − 1 are compared with. */
  readonly whole: bigint | undefined;
  /** The greatest whole number that is not above it, exactly: what tells on which side of it such a long is. */
  readonly floor: bigint;
}

/** `exponent` is small enough for the digits to be written out, unless they are all 0. */
function wholesOf(
  sign: string,
  digits: string,
  fraction: string,
  exponent: number,
): Omit<Decimal, "number"> {
  const significant = (digits + fraction).replace(/^0+/, "").replace(/0+$/, "");
  if (significant === "") return { whole: 0n, floor: 0n };
  const endZeros = (digits + fraction).length - (digits + fraction).replace(/0+$/, "").length;
  const zeros = exponent - fraction.length + endZeros;
  if (zeros < 0) {
    const size = BigInt(significant.slice(0, zeros));
    return { whole: undefined, floor: sign === "-" ? -size - 1n : size };
  }
  const size = BigInt(significant + "0".repeat(zeros));
  const whole = sign === "-" ? -size : size;
  return { whole, floor: whole };
}

/**
 * Reads a decimal number: sign, digits, fraction and exponent, nothing else. Undefined when the text is no such number or
 * is beyond what a double can reach.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign = "", digits, fraction = "", exponent = "0"] = grammar.exec(text) ?? [];
  const number = Number(text);
  if (digits === undefined || !Number.isFinite(number)) return undefined;
  return { number, ...wholesOf(sign, digits, fraction, Number(exponent)) };
}
