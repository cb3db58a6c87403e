import { describe, expect, it } from "vitest";
import { createTracer } from "../../src/jobs/tracer.ts";
import { someTrace } from "./some-trace.ts";

describe("a step of a trace", () => {
  it("is a child of what led to it, recorded where that is, with what others have added", () => {
    const parent = { ...someTrace, flags: 2, tracestate: "a=1" };
    const span = createTracer(1).begin(parent);
    expect(span).toEqual({
      ...parent,
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      parentSpanId: parent.spanId,
    });
    expect(span.spanId).not.toBe(parent.spanId);
  });

  it("begins a trace where nothing led to it", () => {
    const [one, two] = [null, null].map((parent) => createTracer(1).begin(parent));
    expect(one).toEqual({
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      parentSpanId: null,
      flags: 1,
      tracestate: null,
    });
    expect(one?.traceId).not.toBe(two?.traceId);
  });
});

describe("a trace that begins here", () => {
  const ids = (last: string) => (bytes: number) =>
    Buffer.from(bytes === 16 ? `${"ab".repeat(9)}${last}` : "00f067aa0ba902b7", "hex");

  it.each([
    [0, "00000000000000", 0],
    [0.25, "03ffffffffffff", 1],
    [0.25, "04000000000000", 0],
    [1, "ffffffffffffff", 1],
  ])("with a ratio of %d is recorded as its id says: …%s, %d", (ratio, last, flags) => {
    expect(createTracer(ratio, ids(last)).begin(null).flags).toBe(flags);
  });

  it("is recorded in about that ratio", () => {
    const tracer = createTracer(0.25);
    const recorded = Array.from({ length: 4000 }, () => tracer.begin(null).flags);
    const count = recorded.filter((flags) => flags === 1).length;
    expect(count).toBeGreaterThan(800);
    expect(count).toBeLessThan(1200);
  });
});
