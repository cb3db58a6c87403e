import { describe, expect, it } from "vitest";
import { createMemoryFlow, crm, headersOf } from "../support/memory-flow.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";

/** A flow with a trigger for every call, and `poison` between two good calls. */
async function flowWith(poison: Buffer | null): Promise<MemoryFlow> {
  const flow = await createMemoryFlow();
  flow.receivers.script(crm, { status: 200 });
  await flow.trigger();
  await flow.call();
  await flow.append({ key: "k", value: poison, headers: { source: "pbx-7" } });
  await flow.call();
  await flow.start();
  return flow;
}

const unknownId = Buffer.from([0, 0, 0, 0x0f, 0x42, 1, 2, 3]);

describe("a call that can't be read", () => {
  it.each([
    ["is no record in the wire format", Buffer.from("{}"), "WIRE_FORMAT"],
    ["is shorter than a header", Buffer.from([0, 0]), "WIRE_FORMAT"],
    ["is null", null, "WIRE_FORMAT"],
    ["was written by a schema that nobody knows", unknownId, "SCHEMA_UNKNOWN"],
    ["does not fit its schema", Buffer.from([0, 0, 0, 0, 1, 200, 1]), "AVRO_DECODE"],
    [
      "was written by the schema of a trigger",
      Buffer.from([0, 0, 0, 0, 2, 0]),
      "CALL_SCHEMA_UNUSABLE",
    ],
  ])(
    "goes to quarantine as it is when it %s, and the ones behind it go on",
    async (_, value, code) => {
      const flow = await flowWith(value);
      const [quarantined, ...others] = flow.records("invalid");
      expect(others).toEqual([]);
      expect([String(quarantined?.key), quarantined?.value]).toEqual(["k", value]);
      const headers = headersOf(quarantined);
      expect(headers).toMatchObject({
        source: "pbx-7",
        "onhook-error-code": code,
        "onhook-error": expect.stringMatching(/\w/),
        "onhook-source-topic": "onhook.cdr",
        "onhook-source-partition": "0",
        "onhook-source-offset": "1",
        "onhook-source-timestamp": String(flow.clock.now()),
      });
      expect(flow.eventsOf("cdr.invalid")).toMatchObject([{ offset: 1, reason: code }]);
      expect(await flow.outcomes()).toEqual(["delivered 200", "delivered 200"]);
    },
  );

  it("is nobody's matter where its tenant has no triggers: only the tenant's id is looked at", async () => {
    const flow = await createMemoryFlow();
    await flow.start();
    await flow.append({ key: "k", value: Buffer.from([0, 0, 0, 0, 1, 4, 0x74, 0x31, 0xff]) });
    expect(flow.records("invalid")).toEqual([]);
  });
});

describe("while the registry is away", () => {
  it("calls of a schema that is not known yet wait, and none is lost or quarantined", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger();
    await flow.start();
    flow.registry.away = true;
    await flow.call();
    await flow.clock.advance(60_000);
    expect([flow.records("jobs"), flow.records("invalid")]).toEqual([[], []]);
    flow.registry.away = false;
    await flow.clock.advance(1000);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });

  it("jobs whose calls can't be read yet are held, and go out when it is back", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger();
    const matcher = flow.worker();
    await matcher.start(["match"]);
    await flow.call();
    const deliverer = flow.worker();
    const release = deliverer.holdTables();
    await deliverer.start(["deliver"]);
    flow.registry.away = true;
    await release();
    await flow.clock.advance(60_000);
    expect(flow.sent).toEqual([]);
    expect(flow.eventsOf("delivery.held").length).toBeGreaterThan(3);
    flow.registry.away = false;
    await flow.clock.advance(20_000);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });
});
