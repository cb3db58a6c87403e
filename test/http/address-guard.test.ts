import { describe, expect, test } from "vitest";
import { createAddressGuard } from "../../src/http/address-guard.ts";

const guard = createAddressGuard({ allowedRanges: [], deniedPorts: [] });

describe("without an allowed range", () => {
  test.each([
    ["8.8.8.8", "an ordinary address"],
    ["100.63.255.255", "just below the shared range"],
    ["100.128.0.0", "just above the shared range"],
    ["172.15.255.255", "just below a private range"],
    ["172.32.0.0", "just above a private range"],
    ["192.0.1.1", "between two reserved ranges"],
    ["198.17.255.255", "just below the benchmark range"],
    ["198.20.0.0", "just above the benchmark range"],
    ["223.255.255.255", "just below multicast"],
    ["2606:4700:4700::1111", "an ordinary IPv6 address"],
    ["2001:200::1", "just above the protocol assignments"],
    ["2001:4860:4860::8888", "another ordinary IPv6 address"],
    ["::ffff:8.8.8.8", "an ordinary address, IPv4-mapped"],
    ["::ffff:808:808", "the same, written in hexadecimal"],
    ["64:ff9b::808:808", "an ordinary address behind NAT64"],
  ])("%s is allowed: %s", (address) => {
    expect(guard.check(address)).toBe("allowed");
  });

  // One of every entry of the IANA special-purpose registries, the ends of the ranges that matter most, and more.
  test.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "this network"],
    ["10.0.0.1", "private"],
    ["10.255.255.255", "private, its end"],
    ["100.64.0.0", "shared (CGNAT)"],
    ["100.100.100.200", "shared, the metadata service of Alibaba"],
    ["100.127.255.255", "shared, its end"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback, its end"],
    ["168.63.129.16", "the wire server of Azure"],
    ["169.254.169.254", "link-local, the metadata services"],
    ["172.16.0.0", "private"],
    ["172.31.255.255", "private, its end"],
    ["192.0.0.9", "port control protocol anycast"],
    ["192.0.0.170", "NAT64 discovery"],
    ["192.0.0.192", "the former metadata service of Oracle"],
    ["192.0.2.1", "documentation"],
    ["192.31.196.1", "AS112"],
    ["192.52.193.1", "AMT"],
    ["192.88.99.1", "6to4 relay anycast"],
    ["192.168.0.1", "private"],
    ["192.175.48.1", "AS112"],
    ["198.18.0.1", "benchmarking"],
    ["198.19.255.255", "benchmarking, its end"],
    ["198.51.100.1", "documentation"],
    ["203.0.113.1", "documentation"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.255", "multicast, its end"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::2", "unassigned"],
    ["::8.8.8.8", "IPv4-compatible"],
    ["::127.0.0.1", "IPv4-compatible loopback"],
    ["::ffff:127.0.0.1", "IPv4-mapped loopback"],
    ["::ffff:a9fe:a9fe", "IPv4-mapped metadata service"],
    ["::ffff:0.0.0.0", "IPv4-mapped unspecified"],
    ["::ffff:0:8.8.8.8", "IPv4-translated"],
    ["64:ff9b::7f00:1", "loopback behind NAT64"],
    ["64:ff9b::10.0.0.1", "private behind NAT64"],
    ["64:ff9b::168.63.129.16", "the wire server of Azure behind NAT64"],
    ["64:ff9b:1::8.8.8.8", "local NAT64"],
    ["64:ff9c::1", "unassigned"],
    ["100::1", "discard"],
    ["100:0:0:1::1", "dummy prefix"],
    ["1fff::1", "below global unicast"],
    ["2001::1", "Teredo"],
    ["2001:0:808:808::1", "Teredo"],
    ["2001:1::1", "port control protocol anycast"],
    ["2001:1::3", "DNS-SD anycast"],
    ["2001:2::1", "benchmarking"],
    ["2001:3::1", "AMT"],
    ["2001:4:112::1", "AS112"],
    ["2001:10::1", "ORCHID"],
    ["2001:20::1", "ORCHID version 2"],
    ["2001:30::1", "drone identity tags"],
    ["2001:1ff:ffff::1", "protocol assignments, their end"],
    ["2001:db8::1", "documentation"],
    ["2002:808:808::1", "6to4"],
    ["2002:7f00:1::1", "6to4 loopback"],
    ["2620:4f:8000::1", "AS112"],
    ["3ffe::1", "the former 6bone"],
    ["3fff::1", "documentation"],
    ["4000::1", "above global unicast"],
    ["5f00::1", "segment routing"],
    ["fc00::1", "unique-local"],
    ["fd00:ec2::254", "unique-local, the metadata service of AWS"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local with its zone"],
    ["febf::1", "link-local, its end"],
    ["fec0::1", "site-local"],
    ["ff02::1", "multicast"],
  ])("%s is refused: %s", (address) => {
    expect(guard.check(address)).toBe("refused");
  });

  test.each([
    "",
    "localhost",
    "127.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "8.8.8.8/8",
    "8.8.8.8 ",
    "[::1]",
    "1.2.3.4.5",
    "::300.8.8.8",
    "::ffff:8.8.8",
    "008.8.8.8",
  ])("%j is refused: it is no plain address", (text) => {
    expect(guard.check(text)).toBe("refused");
  });
});

describe("with allowed ranges", () => {
  const guard = createAddressGuard({
    allowedRanges: ["10.20.0.0/16", "fd00:1234::/32", "64:ff9b:1::/48", "::1/128"],
    deniedPorts: [],
  });

  test.each([
    "10.20.255.1",
    "::ffff:10.20.0.1",
    "64:ff9b::10.20.0.1",
    "fd00:1234:ffff::1",
    "64:ff9b:1::1",
    "::1",
    "8.8.8.8",
  ])("%s is allowed", (address) => {
    expect(guard.check(address)).toBe("allowed");
  });

  test.each(["10.21.0.1", "::ffff:10.21.0.1", "::10.20.0.1", "fd00:1235::1", "127.0.0.1"])(
    "%s is refused",
    (address) => {
      expect(guard.check(address)).toBe("refused");
    },
  );

  test("a range for IPv4-mapped addresses does not open all of IPv4", () => {
    const guard = createAddressGuard({ allowedRanges: ["::ffff:10.0.0.0/104"], deniedPorts: [] });
    expect(guard.check("::ffff:10.0.0.1")).toBe("allowed");
    expect(guard.check("127.0.0.1")).toBe("refused");
  });

  test.each(["10.0.0.0", "10.0.0.0/33", "ten/8", ""])("%j is no range", (range) => {
    expect(() => createAddressGuard({ allowedRanges: [range], deniedPorts: [] })).toThrow(
      expect.objectContaining({ code: "ADDRESS_RANGE_INVALID", details: { range } }),
    );
  });
});

test("a denied port is refused, every other is allowed", () => {
  const guard = createAddressGuard({ allowedRanges: [], deniedPorts: [25, 6379] });
  const verdicts = [25, 443, 6379, 8443].map((port) => guard.checkPort(port));
  expect(verdicts).toEqual(["refused", "allowed", "refused", "allowed"]);
});
