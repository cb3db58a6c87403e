import { assert, bigInt, integer, ipV4, oneof, property, tuple } from "fast-check";
import ipaddr from "ipaddr.js";
import type { IPv4, IPv6 } from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { createAddressGuard } from "../../src/http/address-guard.ts";
import { parseRange, within } from "../../src/http/address-range.ts";
import type { AddressRange } from "../../src/http/address-range.ts";
import { rendered, theOne } from "../support/chart/render-chart.ts";

const anywhere = [{ ipBlock: { cidr: "0.0.0.0/0" } }];

interface Block {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** What deliverers are let out to, without a proxy. */
async function receivers(config: object = {}): Promise<readonly Block[]> {
  const networkPolicy = { enabled: true, registryTo: anywhere };
  const { spec } = theOne(
    await rendered("small", { config, networkPolicy }),
    "NetworkPolicy",
    "-receivers",
  );
  return spec.egress.flatMap(({ to = [] }) => to.map(({ ipBlock }) => ipBlock));
}

/** The service looks at the IPv4 address behind these. No packet has the first, and the policy refuses the second as a whole. */
const disguises = ["::ffff:0:0/96", "64:ff9b::/96"];

/** What the library of addresses knows to be special. */
function specialOf(kind: typeof ipaddr.IPv4 | typeof ipaddr.IPv6): readonly AddressRange[] {
  const { SpecialRanges: ranges } = kind.prototype as unknown as {
    readonly SpecialRanges: Readonly<Record<string, AddressRange | readonly AddressRange[]>>;
  };
  return Object.values(ranges).flatMap((range) =>
    Array.isArray(range[0]) ? (range as readonly AddressRange[]) : [range as AddressRange],
  );
}

const addressOf = (value: bigint, bytes: number): IPv4 | IPv6 =>
  ipaddr.fromByteArray(
    Array.from({ length: bytes }, (_, index) =>
      Number((value >> BigInt(8 * (bytes - 1 - index))) & 255n),
    ),
  );

/** The first and the last address of a range, and their neighbours outside. */
function edgesOf([network, bits]: AddressRange): readonly string[] {
  const octets = network.toByteArray();
  const given = octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const size = 1n << BigInt(octets.length * 8 - bits);
  const first = given - (given % size);
  const end = 1n << BigInt(octets.length * 8);
  return [first - 1n, first, first + size - 1n, first + size]
    .filter((value) => value >= 0n && value < end)
    .map((value) => addressOf(value, octets.length).toString());
}

/** IPv6 addresses of which most are of those that the internet has. */
const publicLooking = tuple(
  integer({ min: 0x1f00, max: 0x40ff }),
  bigInt({ min: 0n, max: (1n << 112n) - 1n }),
).map(([top, rest]) => addressOf((BigInt(top) << 112n) + rest, 16).toString());

describe("the network policies", () => {
  it("let deliverers out to the proxy alone where there is one", async () => {
    const { spec } = theOne(await rendered("secured"), "NetworkPolicy", "-receivers");
    expect(spec.egress).toEqual([
      {
        ports: [{ port: 3128, protocol: "TCP" }],
        to: [{ ipBlock: { cidr: "198.51.100.8/32" } }],
      },
    ]);
  });

  it("let out to receivers who delivers and who makes test requests, and nobody else", async () => {
    const { spec } = theOne(await rendered("secured"), "NetworkPolicy", "-receivers");
    expect(spec.podSelector.matchExpressions).toEqual([
      { key: "app.kubernetes.io/component", operator: "In", values: ["deliver", "admin", "all"] },
    ]);
  });

  it("let deliverers out to ranges that the settings allow", async () => {
    const blocks = await receivers({ delivery: { allowedRanges: ["10.20.0.0/16"] } });
    expect(blocks.slice(2)).toEqual([{ cidr: "10.20.0.0/16" }]);
  });

  it("let deliverers out to the very addresses that the service takes for receivers", async () => {
    const blocks = await receivers();
    const inside = (address: string, cidr: string) =>
      within(ipaddr.parse(address), parseRange(cidr));
    const byPolicy = (address: string) =>
      blocks.some(
        ({ cidr, except = [] }) =>
          inside(address, cidr) && !except.some((range) => inside(address, range)),
      );
    const guard = createAddressGuard({ allowedRanges: [], deniedPorts: [] });
    const byGuard = (address: string) => guard.check(address) === "allowed";
    const special = [ipaddr.IPv4, ipaddr.IPv6].flatMap((kind) => specialOf(kind));
    const edges = [...special, ...blocks.flatMap(({ except = [] }) => except.map(parseRange))]
      .flatMap(edgesOf)
      .filter((address) => !disguises.some((range) => inside(address, range)));
    expect(edges.length).toBeGreaterThan(200);
    expect(edges.filter((address) => byPolicy(address) !== byGuard(address))).toEqual([]);
    assert(
      property(oneof(ipV4(), publicLooking), (address) => {
        expect([address, byPolicy(address)]).toEqual([address, byGuard(address)]);
      }),
      { numRuns: 5000 },
    );
    expect(byPolicy("64:ff9b::808:808")).toBe(false);
  });

  it("let matchers out to names, brokers and the registry alone", async () => {
    const { spec } = theOne(await rendered("secured"), "NetworkPolicy", "-onhook");
    expect(spec.egress.map(({ ports }) => ports?.[0]?.port)).toEqual([53, 9094, 443]);
  });

  it("let all out to the collector where there is one", async () => {
    const manifests = await rendered("secured", {
      config: { tracing: { otlpEndpoint: "http://collector.example.com:4318" } },
      networkPolicy: { collectorTo: anywhere },
    });
    const { spec } = theOne(manifests, "NetworkPolicy", "-onhook");
    expect(spec.egress.map(({ ports }) => ports?.[0]?.port)).toEqual([53, 9094, 443, 4318]);
  });

  it("let all out to the ports that brokers advertise besides those of the settings", async () => {
    const manifests = await rendered("secured", { networkPolicy: { kafkaPorts: [9095, 9094] } });
    const { spec } = theOne(manifests, "NetworkPolicy", "-onhook");
    const ports = spec.egress[1]?.ports?.map(({ port }) => port);
    expect(ports?.toSorted()).toEqual([9094, 9095]);
  });
});
