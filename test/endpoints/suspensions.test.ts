import { expect, it } from "vitest";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import { Suspensions } from "../../src/endpoints/suspensions.ts";

const health = (
  endpointId: string,
  state: EndpointHealth["state"],
  tenantId = "t1",
): EndpointHealth => ({
  endpointId,
  tenantId,
  triggerId: "t-1",
  host: "crm.example.com",
  state,
  since: 1,
  failingSince: 0,
  failures: 3,
  reason: "timeout",
  status: null,
});

it("the counts are those of the endpoints that are there, whatever events came, and in which order", () => {
  const changed: string[] = [];
  const suspensions = new Suspensions((id) => void changed.push(id));
  const events: readonly (readonly [string, EndpointHealth["state"] | null])[] = [
    ["a", "suspended"],
    ["b", "suspended"],
    ["a", "suspended"],
    ["b", "recovering"],
    ["c", null],
    ["a", null],
    ["a", "recovering"],
    ["b", "suspended"],
  ];
  for (const [id, state] of events) {
    suspensions.apply(id, state && health(id, state));
    const states = suspensions.all().map((each) => each.state);
    expect(suspensions.counts).toEqual({
      suspended: states.filter((each) => each === "suspended").length,
      recovering: states.filter((each) => each === "recovering").length,
    });
  }
  expect(suspensions.counts).toEqual({ suspended: 1, recovering: 1 });
  expect(changed).toEqual(events.map(([id]) => id));
});

it("a tenant counts once, however many of its endpoints are suspended, until none is", () => {
  const suspensions = new Suspensions(() => {});
  const counted: number[] = [];
  const apply = (...[id, ...state]: Parameters<typeof health>): void => {
    suspensions.apply(id, health(id, ...state));
    counted.push(suspensions.suspendedTenants);
  };
  apply("a", "suspended", "t1");
  apply("b", "suspended", "t1");
  apply("b", "suspended", "t1");
  apply("c", "recovering", "t2");
  apply("d", "suspended", "t3");
  apply("a", "recovering", "t1");
  apply("b", "recovering", "t1");
  expect(counted).toEqual([1, 1, 1, 1, 2, 2, 1]);
  suspensions.apply("d", null);
  expect(suspensions.suspendedTenants).toBe(0);
});
