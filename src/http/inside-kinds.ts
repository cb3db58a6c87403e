import { parseRange, overlap } from "./address-range.ts";

/** What is inside, in words for the operator who allows a part of it. Sources as of the guard, which refuses more than this. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  "this machine": ["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"],
  "private networks": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"],
  "shared addresses (CGNAT)": ["100.64.0.0/10"],
  "link-local addresses": ["169.254.0.0/16", "fe80::/10"],
  "metadata services": [
    "169.254.169.254/32",
    "169.254.170.2/32",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
  ],
  "IPv4 addresses in an IPv6 disguise": [
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
  ],
};

const ranges = Object.entries(kinds).map(
  ([kind, cidrs]) => [kind, cidrs.map((cidr) => parseRange(cidr))] as const,
);

/** The kinds of inside addresses that a range in CIDR notation has some of. Throws ADDRESS_RANGE_INVALID. */
export function insideKindsOf(cidr: string): readonly string[] {
  const range = parseRange(cidr);
  return ranges
    .filter(([, inside]) => inside.some((each) => overlap(each, range)))
    .map(([kind]) => kind);
}
