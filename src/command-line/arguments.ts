import { InvalidArgumentError } from "commander";
import type { Role } from "../config.ts";

/** Reads a whole number of an argument; commander tells whoever gave another which option it was. */
export function number(min: number, max: number) {
  return (given: string): number => {
    const value = Number(given);
    if (!/^\d+$/.test(given) || value < min || value > max)
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };
}

export function roles(given: string): Role[] {
  const known: readonly string[] = ["match", "deliver", "admin"];
  const named = given.split(",").map((each) => each.trim());
  const unknown = named.filter((each) => !known.includes(each));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `There is no role ${unknown.join(", ")}; there are ${known.join(", ")}.`,
    );
  return named as Role[];
}
