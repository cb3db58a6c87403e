import { expect, test } from "vitest";
import { endpointOf } from "../../src/delivery/endpoint.ts";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import { EndpointTable } from "../../src/endpoints/endpoint-table.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

const url = "https://crm.example.com/hook";
const triggerOf = (tenantId: string, path = ""): Trigger =>
  ({ tenantId, triggerId: "x", action: { url: url + path } }) as Trigger;

function health(tenantId: string, state: EndpointHealth["state"] = "suspended"): EndpointHealth {
  const endpointId = endpointOf(tenantId, url).id;
  const about = { endpointId, tenantId, triggerId: "x", host: "crm.example.com", state };
  return { ...about, since: 1, failingSince: 0, failures: 20, reason: "timeout", status: null };
}

test("an endpoint is found by whichever trigger goes there, of its own tenant alone", () => {
  const table = new EndpointTable();
  const suspended = health("t1");
  table.apply(suspended.endpointId, suspended);
  expect(table.of(triggerOf("t1", "?a=b"))).toEqual(suspended);
  expect(table.of(triggerOf("t1", "/other"))).toBeUndefined();
  expect(table.of(triggerOf("t2"))).toBeUndefined();
  expect([table.ofTenant("t1"), table.ofTenant("t2")]).toEqual([[suspended], []]);
});

test("the newest event of an endpoint counts, and one that is well again is gone", () => {
  const table = new EndpointTable();
  const [suspended, recovering] = [health("t1"), health("t1", "recovering")];
  table.apply(suspended.endpointId, suspended);
  table.apply(suspended.endpointId, recovering);
  expect(table.ofTenant("t1")).toEqual([recovering]);
  table.apply(suspended.endpointId, null);
  table.apply("unknown", null);
  expect([table.of(triggerOf("t1")), table.ofTenant("t1")]).toEqual([undefined, []]);
});
