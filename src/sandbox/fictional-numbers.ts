import type { SeededRandom } from "./seeded-random.ts";

export type Country = "GB" | "US" | "FR" | "DE" | "AU" | "JP";

/** Where a caller is, as a CDR says it; `area` and `state` only where the country has them. */
export interface Place {
  readonly country: Country;
  readonly location: string;
  readonly area?: string;
  readonly state?: string;
}

interface NumberRange extends Place {
  readonly prefix: string;
  /** How many digits follow the prefix. */
  readonly digits: number;
}

/**
 * Numbers that ring at nobody's: the ranges which the regulators keep for drama and fiction (Ofcom, NANPA 555-01xx,
 * ARCEP, BNetzA, ACMA). Japan keeps none, but no subscriber's exchange begins with 0 there.
 */
const ranges: readonly NumberRange[] = [
  { country: "GB", location: "United Kingdom", prefix: "+447700900", digits: 3 },
  { country: "GB", location: "London", area: "20", prefix: "+442079460", digits: 3 },
  { country: "GB", location: "Manchester", area: "161", prefix: "+441614960", digits: 3 },
  { country: "GB", location: "Leeds", area: "113", prefix: "+441134960", digits: 3 },
  {
    country: "US",
    location: "New York",
    area: "212",
    state: "NY",
    prefix: "+121255501",
    digits: 2,
  },
  { country: "US", location: "Boston", area: "617", state: "MA", prefix: "+161755501", digits: 2 },
  { country: "US", location: "Chicago", area: "312", state: "IL", prefix: "+131255501", digits: 2 },
  { country: "FR", location: "Paris", area: "1", prefix: "+3319900", digits: 4 },
  { country: "FR", location: "France", prefix: "+3363998", digits: 4 },
  { country: "DE", location: "Berlin", area: "30", prefix: "+493023125", digits: 3 },
  { country: "DE", location: "Munich", area: "89", prefix: "+498999998", digits: 3 },
  { country: "AU", location: "Sydney", area: "2", prefix: "+6125550", digits: 4 },
  { country: "AU", location: "Melbourne", area: "3", prefix: "+6135550", digits: 4 },
  { country: "JP", location: "Tokyo", area: "3", prefix: "+8130000", digits: 4 },
  { country: "JP", location: "Osaka", area: "6", prefix: "+8160000", digits: 4 },
];

function rangeOf(number: string): NumberRange | undefined {
  return ranges.find(
    ({ prefix, digits }) => number.startsWith(prefix) && number.length === prefix.length + digits,
  );
}

/** A number of `country` that nobody has. */
export function fictionalNumber(random: SeededRandom, country: Country): string {
  const { prefix, digits } = random.pick(ranges.filter((range) => range.country === country));
  return prefix + String(random.between(0, 10 ** digits - 1)).padStart(digits, "0");
}

/** Where a number is; undefined when it lies in no range of fiction. */
export function placeOf(number: string): Place | undefined {
  return rangeOf(number);
}
