import { describe, expect, it } from "vitest";
import { createTracing } from "../../src/app/tracing.ts";
import { loadConfig } from "../../src/config.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { startCollector } from "../support/otlp-collector.ts";
import { mistakes } from "../support/config-mistakes.ts";
import { sampleEvents } from "../support/sample-events.ts";

const never = new AbortController().signal;

/** The tracing of a service with these settings, at work. */
async function start(env: Record<string, string>) {
  const events: AnyEvent[] = [];
  const config = loadConfig({ env });
  const stop = new AbortController();
  const tracing = await createTracing(
    { config, emit: (event) => void events.push(event) },
    { version: "1.2.3", stop: stop.signal },
  );
  return { tracing, events, stop, ended: tracing?.service.run(stop.signal, never) };
}

describe("tracing", () => {
  it("is not there where no collector is named", async () => {
    expect((await start({})).tracing).toBeNull();
  });

  it("sends what is left to the collector when it stops, and passes over what is no step of a trace", async () => {
    await using collector = await startCollector();
    const { tracing, stop, ended, events } = await start({
      ONHOOK_TRACING_OTLP_ENDPOINT: `${collector.url}/otlp/`,
      ONHOOK_TRACING_HEADERS: "authorization=Bearer a=b==",
    });
    for (const event of Object.values(sampleEvents)) tracing?.record(event);
    stop.abort();
    await ended;
    expect(collector.spans.map(({ name }) => name)).toEqual(["match onhook.cdr"]);
    expect(collector.requests).toMatchObject([
      { path: "/otlp/v1/traces", headers: { authorization: "Bearer a=b==" } },
    ]);
    expect(events).toEqual([]);
  });

  it("waits for a collector that hangs no longer than a stop may take", async () => {
    const { promise: hangs } = Promise.withResolvers<number>();
    await using collector = await startCollector(() => hangs);
    const { tracing, stop, ended, events } = await start({
      ONHOOK_TRACING_OTLP_ENDPOINT: collector.url,
      ONHOOK_TRACING_TIMEOUT_MS: "600000",
      ONHOOK_DELIVERY_DRAIN_TIMEOUT_MS: "0",
    });
    tracing?.record(sampleEvents["cdr.traced"]);
    stop.abort();
    await ended;
    expect(events).toMatchObject([
      { type: "tracing.spans-dropped", reason: "stopped", count: 1 },
      { type: "tracing.spans-lost" },
    ]);
  });

  it("names the setting whose file can not be used", async () => {
    const env = {
      ONHOOK_TRACING_OTLP_ENDPOINT: "https://collector.example.com",
      ONHOOK_TRACING_CA_FILE: "/nowhere/ca.pem",
    };
    await expect(start(env)).rejects.toMatchObject({
      code: "PEM_UNUSABLE",
      details: { setting: "tracing.caFile" },
    });
  });
});

describe("a setting of tracing that can't be is named", () => {
  it.each([
    ["OTLP_ENDPOINT", "collector:4318", "tracing.otlpEndpoint"],
    ["OTLP_ENDPOINT", "http://user:pw@collector:4318", "tracing.otlpEndpoint"],
    ["OTLP_ENDPOINT", "http://collector:4318/v1/traces", "tracing.otlpEndpoint"],
    ["SAMPLE_RATIO", "1.5", "tracing.sampleRatio"],
    ["SAMPLE_RATIO", "-0.1", "tracing.sampleRatio"],
    ["SAMPLE_RATIO", "half", "tracing.sampleRatio"],
    ["HEADERS", "Bearer hush", "tracing.headers"],
    ["HEADERS", "a b=c", "tracing.headers"],
  ])("%s=%s", (name, text, setting) => {
    const variable = `ONHOOK_TRACING_${name}`;
    const [mistake, ...others] = mistakes("", { [variable]: text });
    expect(mistake).toMatch(new RegExp(`^- ${setting} \\(${variable}\\): given .*, allowed: `));
    expect(mistake).not.toMatch(/hush|pw@/);
    expect(others).toEqual([]);
  });

  it("and none is a mistake that can be", () => {
    const all = {
      ONHOOK_TRACING_OTLP_ENDPOINT: "https://otlp.example.com:443/tenant/otlp",
      ONHOOK_TRACING_SAMPLE_RATIO: "0.25",
      ONHOOK_TRACING_HEADERS: "authorization=Basic a=b==,x-team=calls and more",
    };
    expect(loadConfig({ env: all }).tracing).toMatchObject({
      sampleRatio: 0.25,
      headers: ["authorization=Basic a=b==", "x-team=calls and more"],
    });
  });
});
