import ipaddr from "ipaddr.js";
import type { IPv4, IPv6 } from "ipaddr.js";
import { OnhookError } from "../errors.ts";

/** An address of the range, and how many bits of it all others share. */
export type AddressRange = readonly [IPv4 | IPv6, number];

/**
 * Writes the dotted end of an IPv6 address in hexadecimal: ipaddr.js takes `::10.0.0.1` for `::ffff:10.0.0.1`, which is
 * another address.
 */
export function undotted(text: string): string {
  return text.replace(/(?<=:)(\d+)\.(\d+)\.(\d+)\.(\d+)(?=$|[%/])/, (dotted, ...octets) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    if (Math.max(a, b, c, d) > 255) return dotted;
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** Reads CIDR notation. Throws ADDRESS_RANGE_INVALID. */
export function parseRange(cidr: string): AddressRange {
  try {
    return ipaddr.parseCIDR(undotted(cidr));
  } catch (cause) {
    throw new OnhookError("ADDRESS_RANGE_INVALID", { range: cidr }, { cause });
  }
}

export function within(address: IPv4 | IPv6, [network, bits]: AddressRange): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** Whether two ranges have an address in common: one of them is then a part of the other. */
export function overlap([one, bits]: AddressRange, [other, otherBits]: AddressRange): boolean {
  return within(one, [other, Math.min(bits, otherBits)]);
}
