import { setTimeout as sleep } from "node:timers/promises";
import { licenceOf, sampleTenants } from "../../src/sandbox/sample-tenants.ts";
import {
  receiverKinds,
  receiverOfTrigger,
  sampleTriggers,
} from "../../src/sandbox/sample-triggers.ts";
import type { ReceiverKind } from "../../src/sandbox/sample-triggers.ts";
import type { SeededRandom } from "../../src/sandbox/seeded-random.ts";
import { createSimulator, demoStart } from "../../src/sandbox/simulator.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Tenant } from "../../src/triggers/tenant.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { createWatch } from "../support/e2e-watch.ts";
import type { End } from "../accounts/account.ts";
import type { Behaviour } from "./receivers.ts";

/** Tenants, triggers, and how the jobs of each trigger must end. */
export interface Configuration {
  readonly tenants: readonly Tenant[];
  readonly triggers: readonly Trigger[];
  readonly endsOf: ReadonlyMap<string, readonly End[]>;
  /** Sent before all others. */
  readonly firstCalls?: readonly CallEndedRecord[];
}

/** A tenant of a scenario; its id is still to be given. */
export const ownTenant = { name: "of a test", maxTriggers: null, suspended: false } as const;

const endOf: Readonly<Record<ReceiverKind, End>> = {
  ok: "delivered",
  flaky: "delivered",
  broken: "dead",
  hang: "dead",
  gone: "dead",
};

/** The triggers of the demo: all methods and forms, licences, disabled ones; and retries that end well and badly. */
export function sampleConfiguration(receivers: string): Configuration {
  const urls = Object.fromEntries(receiverKinds.map((kind) => [kind, `${receivers}/${kind}`]));
  const triggers = sampleTriggers({
    ...(urls as Record<ReceiverKind, string>),
    // Nobody listens there.
    gone: "http://127.0.0.1:1/gone",
    // Jobs for one that hangs are held back more and more; another scenario has time for that.
    hang: `${receivers}/broken`,
  });
  const endsOf = new Map(
    [...receiverOfTrigger].map(([triggerId, kind]) => [triggerId, [endOf[kind]]]),
  );
  return { tenants: sampleTenants.map(licenceOf), triggers, endsOf };
}

const endsWell: ReadonlySet<Behaviour> = new Set(["ok", "flaky", "flood"]);
const callsOfSlowOne = 3;

/** Jobs for receivers that use up each request's time are held back more and more, so there are few. */
const slow = ["hang", "drip"] as const satisfies readonly Behaviour[];
const quick = ["ok", "half", "flood", "nonsense"] as const satisfies readonly Behaviour[];

/** Triggers without filters, at receivers that do anything but answer; and at some that work, beside them. */
export function badReceivers(receivers: string): Configuration {
  const bad = slow.map((behaviour) => ({
    behaviour,
    tenant: { ...ownTenant, tenantId: newTenantId() },
  }));
  const pairs = [
    ...sampleTenants.flatMap((sample) =>
      quick.map((behaviour) => ({
        behaviour,
        tenant: { ...licenceOf(sample), maxTriggers: null },
      })),
    ),
    ...bad,
  ].map(({ behaviour, tenant: { tenantId } }) => {
    const url = `${receivers}/${behaviour}/calls`;
    const retries = behaviour === "hang" || behaviour === "drip" ? 0 : 1;
    return { behaviour, trigger: triggerOf({ tenantId, url, action: { retries } }) };
  });
  const samples = sampleTenants.map((tenant) => ({ ...licenceOf(tenant), maxTriggers: null }));
  return {
    tenants: [...samples, ...bad.map(({ tenant }) => tenant)],
    triggers: pairs.map(({ trigger }) => trigger),
    endsOf: new Map(
      pairs.map(({ behaviour, trigger }) => [
        trigger.triggerId,
        [endsWell.has(behaviour) ? "delivered" : "dead"],
      ]),
    ),
    firstCalls: bad.flatMap(({ tenant }) => callsOf(callsOfSlowOne, tenant.tenantId)),
  };
}

export interface Load {
  /** All calls, in their order, sent or not. */
  readonly calls: readonly CallEndedRecord[];
  /** Starts to send; resolves when all stand in their topic. */
  send(): Promise<void>;
  /** Resolves when that part of the calls, from 0 to 1, is sent. */
  sentPart(part: number): Promise<void>;
}

export interface LoadOptions {
  readonly random: SeededRandom;
  readonly calls: number;
  /** Calls a second. */
  readonly rate: number;
  readonly partitions: number;
  /** Sent before the simulated ones. */
  readonly first: readonly CallEndedRecord[];
}

const tickMs = 40;
const againMs = 200;

/** A platform goes on trying while brokers are away. What it writes twice by that is two calls. */
async function insist(platform: Platform, send: () => Promise<void>): Promise<void> {
  for (let failed = false; ; failed = true) {
    try {
      if (failed) await platform.connectAnew();
      return await send();
    } catch {
      await sleep(againMs);
    }
  }
}

/** Seeded calls of the sample tenants, in bursts, spread over all partitions. */
export function createLoad(platform: Platform, options: LoadOptions): Load {
  const { random, rate, partitions } = options;
  const seed = random.between(0, 2 ** 31);
  const simulator = createSimulator({ seed, tenants: sampleTenants, startAt: demoStart.startAt });
  const simulated = Array.from({ length: options.calls }, () => simulator.next());
  const calls = [...options.first, ...simulated];
  const watch = createWatch();
  let sent = 0;

  return {
    calls,
    async send() {
      const mean = (rate * tickMs) / 1000;
      while (sent < calls.length) {
        const burst = Math.ceil(mean * 2 * random.next());
        const some = calls.slice(sent, sent + burst);
        const next = sleep(tickMs);
        // One partition a send: with more, what the client says of a send is not to be relied on when leaders move.
        const partition = random.between(0, partitions - 1);
        await insist(platform, () => platform.callTo(partition, some));
        sent += some.length;
        watch.changed();
        await next;
      }
    },
    sentPart: (part) => watch.until(() => sent >= part * calls.length),
  };
}
