import { expect, test } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import { logLineOf } from "../../src/observability/log-events.ts";
import { createLogger } from "../../src/observability/logger.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { createObserver } from "../../src/observability/observer.ts";
import { someTrace } from "../jobs/some-trace.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { attempted, sampleEvents } from "../support/sample-events.ts";

function capture(level: "trace" | "info" = "trace") {
  const written: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void written.push(line) } });
  const observe = createObserver({ logger, metrics: createMetrics(createFakeClock()) });
  return {
    logger,
    observe,
    written,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test("an attempt is one line with every id, the status, the duration and the decision", () => {
  const { observe, lines } = capture();
  observe({
    ...attempted,
    outcome: "failed",
    reason: "status",
    status: 500,
    latencyMs: null,
    nextAttemptAt: 99,
  });
  const { type, trace: _, ...fields } = attempted;
  expect(lines()).toEqual([
    expect.objectContaining({
      ...fields,
      level: "warn",
      msg: "attempt: failed",
      event: type,
      outcome: "failed",
      reason: "status",
      status: 500,
      latencyMs: null,
      nextAttemptAt: 99,
    }),
  ]);
});

test("an attempt that belongs to a trace names it, and its own step where it has one", () => {
  const { observe, lines } = capture();
  const own = { ...someTrace, spanId: "00f067aa0ba902b7", parentSpanId: someTrace.spanId };
  for (const trace of [null, someTrace, own]) observe({ ...attempted, trace });
  const ids = lines().map(({ trace_id, span_id, trace }) => [trace_id, span_id, trace]);
  expect(ids).toEqual([
    [undefined, undefined, undefined],
    [someTrace.traceId, undefined, undefined],
    [someTrace.traceId, own.spanId, undefined],
  ]);
});

test.each([
  ["delivered", "info"],
  ["cancelled", "info"],
  ["failed", "warn"],
  ["dead", "warn"],
] as const)("an attempt that is %s is logged as %s", (outcome, level) => {
  expect(logLineOf({ ...attempted, outcome })?.level).toBe(level);
});

test("every line is an object with level, ISO time, event and message", () => {
  const { observe, lines } = capture();
  for (const event of Object.values(sampleEvents)) observe(event);
  expect(lines().length).toBeGreaterThan(10);
  for (const line of lines()) {
    expect(line).toMatchObject({
      level: expect.stringMatching(/^[a-z]+$/),
      msg: expect.stringMatching(/./),
    });
    expect(String(line["time"])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(Object.keys(sampleEvents)).toContain(line["event"]);
  }
});

test("an id with control characters or broken text is not written, and a long one is cut", () => {
  const { observe, lines } = capture();
  for (const cdrId of ["call-1\u0002\u0018+15551230001\u0002Ann", "call-\uFFFD", "x".repeat(400)])
    observe({ ...attempted, cdrId });
  const key = "t1\nAnn";
  observe({ type: "store.applied", table: "tenants", key, offset: 1, result: "applied" });
  expect(lines().map(({ cdrId, key }) => cdrId ?? key)).toEqual([
    "[illegible]",
    "[illegible]",
    `${"x".repeat(300)}…`,
    "[illegible]",
  ]);
});

test("what only counts makes no line", () => {
  const { observe, written } = capture();
  observe(sampleEvents["consumer.fetched"]);
  observe(sampleEvents["consumer.lag"]);
  observe(sampleEvents["delivery.in-flight"]);
  observe(sampleEvents["cdr.traced"]);
  expect(written).toEqual([]);
});

test("lines below the level are not written", () => {
  const { observe, written } = capture("info");
  observe(sampleEvents["cdr.batch-matched"]);
  expect(written).toEqual([]);
});

test("an error is written with its code, its message and its causes, and with none of its other properties", () => {
  const { observe, lines } = capture();
  const cause = Object.assign(new Error("connect ECONNREFUSED"), {
    code: "ECONNREFUSED",
    body: "private",
  });
  observe({
    type: "registry.failed",
    error: new OnhookError(
      "REGISTRY_UNREACHABLE",
      { url: "http://registry:8081", problem: "refused" },
      { cause },
    ),
  });
  expect(lines()[0]?.["err"]).toEqual({
    type: "OnhookError",
    code: "REGISTRY_UNREACHABLE",
    message: "The schema registry at http://registry:8081 can not be reached: refused",
    stack: expect.stringContaining("log.test.ts"),
    cause: { type: "Error", code: "ECONNREFUSED", message: "connect ECONNREFUSED" },
  });
});

test("what is thrown without being an error is written in words", () => {
  const { observe, lines } = capture();
  observe({ type: "registry.failed", error: "gone" });
  expect(lines()[0]?.["err"]).toEqual({ message: "gone" });
});

test.each([
  ["a telephone number", "no route for +15551234567", "no route for [number]"],
  ["a telephone number in a query string", "cliNum=%2B441632960000&x", "cliNum=[number]&x"],
  [
    "an address's user, path and query",
    "GET https://u:pw@crm.example.com:8443/calls/7?name=Ann#x failed",
    "GET https://crm.example.com:8443 failed",
  ],
  ["a query right after the host", "http://crm.example.com?name=Ann", "http://crm.example.com"],
  [
    "a token of the API",
    `sent onhk_0123456789abcdef_${"Ab-_".repeat(10)}xyz to`,
    "sent [token] to",
  ],
  ["a signing secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw is short", "[secret] is short"],
  ["an Ed25519 one", "whsk_VEVTVFNJR05JTkdLRVk= is short", "[secret] is short"],
  ["a password", "sent Basic b25ob29rOnBhc3N3b3Jk to", "sent Basic [secret] to"],
  ["a token", "sent Bearer 12|abc.def-ghi to", "sent Bearer [secret] to"],
])("%s in somebody else's message does not reach the log", (_, message, written) => {
  const { logger, lines } = capture();
  logger.error({ err: new Error(message) }, message);
  expect(lines()[0]?.["msg"]).toBe(written);
  expect(lines()[0]?.["err"]).toMatchObject({ message: written });
});

test("scrubbing leaves times, ids and ordinary numbers alone", () => {
  const { logger, lines } = capture();
  const fields = {
    at: "2024-05-29T09:37:35+01:00",
    id: attempted.jobId,
    n: 15551234567,
    text: '1 + 1 "quoted" \\',
  };
  logger.info(fields, "as it is");
  expect(lines()[0]).toMatchObject(fields);
});

test("fields that name what is private are redacted", () => {
  const { logger, written } = capture();
  logger.info({
    cdr: "Ann",
    action: { url: "Ann", secrets: ["Ann"], customData: { a: "Ann" } },
    password: "Ann",
  });
  expect(written.join()).not.toContain("Ann");
  expect(written.join()).toContain("[redacted]");
});

test("what is private is redacted at the first and the second level alone, whatever its value, and all else is as it was", () => {
  const { logger, lines } = capture();
  const fields = {
    token: null,
    body: undefined,
    list: [{ url: "https://a" }],
    answer: { headers: { a: "b" }, status: 500, deeper: { url: 1 } },
    ids: ["a", "b"],
  };
  const before = structuredClone(fields);
  logger.info(fields, "done");
  const { level: _l, time: _t, pid: _p, hostname: _h, ...written } = lines()[0] ?? {};
  expect(written).toEqual({
    token: "[redacted]",
    list: [{ url: "https://a" }],
    answer: { headers: "[redacted]", status: 500, deeper: { url: 1 } },
    ids: ["a", "b"],
    msg: "done",
  });
  expect(fields).toEqual(before);
});

test("an error is written as one also where it has properties that name what is private", () => {
  const { logger, lines } = capture();
  const err = Object.assign(new Error("refused"), { code: "E_REFUSED", headers: { a: "b" } });
  logger.warn({ err });
  expect(lines()[0]?.["err"]).toMatchObject({ type: "Error", code: "E_REFUSED" });
  expect(lines()[0]?.["err"]).not.toHaveProperty("headers");
});

test("the line of a level that is not written is not made", () => {
  expect(logLineOf(attempted, (level) => level !== "info")).toBeNull();
  expect(logLineOf({ ...attempted, outcome: "dead" }, (level) => level === "warn")).not.toBeNull();
});

test("an event that a metric refuses is logged, and does not throw", () => {
  const { observe, lines } = capture();
  observe({ ...attempted, durationMs: Number.NaN });
  expect(lines()).toEqual([
    expect.objectContaining({ level: "error", msg: "an event could not be counted" }),
    expect.objectContaining({ msg: "attempt: delivered" }),
  ]);
});
