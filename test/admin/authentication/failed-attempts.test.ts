import { describe, expect, it } from "vitest";
import { FailedAttempts, clientOf } from "../../../src/admin/authentication/failed-attempts.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const address = "203.0.113.7";

function attemptsUnderTest(most = 3, mostAddresses?: number) {
  const clock = createFakeClock();
  const attempts = new FailedAttempts(most, clock, mostAddresses);
  const waits = (of = address): unknown => {
    try {
      attempts.assertMayTry(of);
      return null;
    } catch (error) {
      return (error as { details: { retryAfterSeconds: number } }).details.retryAfterSeconds;
    }
  };
  return { clock, attempts, waits };
}

describe("credentials that were refused", () => {
  it("make their client wait until the minute that began with the first is over", async () => {
    const { clock, attempts, waits } = attemptsUnderTest();
    expect([attempts.failed(address), attempts.failed(address)]).toEqual([false, false]);
    await clock.advance(20_000);
    expect(waits()).toBeNull();
    expect(attempts.failed(address)).toBe(true);
    expect(waits()).toBe(40);
    await clock.advance(39_001);
    expect(waits()).toBe(1);
    await clock.advance(999);
    expect(waits()).toBeNull();
  });

  it("count anew after that", async () => {
    const { clock, attempts, waits } = attemptsUnderTest(2);
    attempts.failed(address);
    await clock.advance(60_000);
    attempts.failed(address);
    expect(waits()).toBeNull();
    attempts.failed(address);
    expect(waits()).toBe(60);
  });

  it("are counted for each client by itself", () => {
    const { attempts, waits } = attemptsUnderTest(1);
    attempts.failed(address);
    expect(waits("203.0.113.8")).toBeNull();
    expect(waits()).toBe(60);
  });

  it("take no more memory than is set, whoever tries; the oldest are forgotten", async () => {
    const { clock, attempts, waits } = attemptsUnderTest(1, 100);
    for (let each = 0; each < 1000; each += 1) attempts.failed(`198.51.${each >> 8}.${each & 255}`);
    expect(attempts.size).toBe(100);
    expect(waits("198.51.3.231")).toBe(60);
    expect(waits("198.51.0.0")).toBeNull();
    await clock.advance(60_000);
    attempts.failed(address);
    expect(attempts.size).toBe(1);
  });
});

describe("a client", () => {
  it.each([
    ["an IPv4 address and the same in IPv6", "203.0.113.7", "::ffff:203.0.113.7", true],
    ["all of one customer's IPv6 network", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
    ["two networks of IPv6", "2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["two addresses of IPv4", "203.0.113.7", "203.0.113.8", false],
  ])("is one or two: %s", (_, a, b, isSame) => {
    expect(clientOf(a) === clientOf(b)).toBe(isSame);
  });

  it("may be called anything, at no length", () => {
    expect(clientOf("x".repeat(10_000))).toHaveLength(100);
    expect(clientOf("")).toBe("");
  });
});
