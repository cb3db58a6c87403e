import ipaddr from "ipaddr.js";
import type { IPv4, IPv6 } from "ipaddr.js";
import { parseRange, undotted, within } from "./address-range.ts";

export type Verdict = "allowed" | "refused";

/** Decides where requests may go. Pure: addresses and ports in, verdicts out. */
export interface AddressGuard {
  /** `address` as the resolver or the socket writes it; whatever is no plain IPv4 or IPv6 address is refused. */
  check(address: string): Verdict;
  checkPort(port: number): Verdict;
}

/**
 * What ipaddr.js takes for ordinary addresses. IPv6 outside 2000::/3 needs no entry: it is refused as a whole.
 * Sources: IANA special-purpose address registries; the documentation of Azure, whose virtual public address answers
 * with a machine's configuration.
 */
const alsoSpecial = [
  "168.63.129.16/32", // Azure: wire server, name server and health probe of the host
  "2001::/23", // IETF protocol assignments, of which ipaddr.js knows some
  "2002::/16", // 6to4: names an IPv4 router to send through
  "3ffe::/16", // the former 6bone, returned
].map((cidr) => parseRange(cidr));

const globalUnicast = parseRange("2000::/3");
/** The well-known prefix of RFC 6052: where the network has no IPv4, every IPv4 receiver is reached through it. */
const nat64 = parseRange("64:ff9b::/96");

/** The IPv4 address that is really connected to, where an IPv6 address stands for one. */
function embedded(address: IPv6): IPv4 | undefined {
  if (!address.isIPv4MappedAddress() && !within(address, nat64)) return undefined;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function isGlobal(address: IPv4 | IPv6): boolean {
  if (address.kind() === "ipv6" && !within(address, globalUnicast)) return false;
  return address.range() === "unicast" && !alsoSpecial.some((special) => within(address, special));
}

/** Only the plain forms: others (127.1, 0x7f.1, 2130706433) are read differently by different programs. */
function plain(text: string): IPv4 | IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const hexadecimal = undotted(text);
  return ipaddr.IPv6.isValid(hexadecimal) ? ipaddr.IPv6.parse(hexadecimal) : undefined;
}

export interface AddressGuardOptions {
  /** In CIDR notation: what is allowed although it is not global; an IPv4 range counts for its IPv6 disguises too. */
  readonly allowedRanges: readonly string[];
  /** Refused whatever the address. */
  readonly deniedPorts: readonly number[];
}

/**
 * Refuses every address that is not a global unicast one: loopback, private, link-local, shared (CGNAT), metadata
 * services, multicast, reserved, documentation, benchmarking, unspecified, unique-local and site-local ones. Addresses
 * that carry an IPv4 address are decided by that one where they lead there (IPv4-mapped, NAT64); the others of that
 * kind (IPv4-compatible, translated, local NAT64, 6to4, Teredo) have no use any more but to hide one, and are refused.
 * Throws ADDRESS_RANGE_INVALID. Source: promise 10.
 */
export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const allowed = options.allowedRanges.map((cidr) => parseRange(cidr));
  const denied = new Set(options.deniedPorts);
  return {
    check(text) {
      const given = plain(text);
      if (given === undefined) return "refused";
      const address = (given.kind() === "ipv6" ? embedded(given as IPv6) : undefined) ?? given;
      const granted = [given, address].some((form) => allowed.some((cidr) => within(form, cidr)));
      return granted || isGlobal(address) ? "allowed" : "refused";
    },
    checkPort: (port) => (denied.has(port) ? "refused" : "allowed"),
  };
}
