import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useOneBroker } from "../support/one-broker.ts";
import { startPrometheus } from "../support/prometheus.ts";
import type { PrometheusProcess } from "../support/prometheus.ts";
import { promtool } from "../support/prometheus-programs.ts";

/**
 * A real Prometheus watches a service at work, by the rules of config/prometheus with all windows and waits a thirtieth
 * as long. The tests are steps of one story, in this order; each begins and ends with no alert.
 */
const stack = useOneBroker();
const [well, ill] = [newTenantId(), newTenantId()];
let names: OwnNames;
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;
let prometheus: PrometheusProcess;
let calls: Stream;
let sent = 0;
let isHanging = false;
const { promise: never, resolve: endHanging } = Promise.withResolvers<number>();

/** The same over and over, until it is disposed of. */
interface Stream extends AsyncDisposable {
  /** Rejects when it failed. */
  readonly failed: Promise<void>;
  /** Does something else between two of them. */
  between(work: () => Promise<void>): Promise<void>;
}

const everyMs = 50;

function streamOf(next: () => Promise<void>): Stream {
  const end = new AbortController();
  let other: (() => Promise<void>) | null = null;
  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      await (other ?? next)();
      await pause(everyMs);
    }
  }
  const failed = run();
  return {
    failed,
    async between(work) {
      const { promise, resolve } = Promise.withResolvers<void>();
      other = async () => {
        await work();
        other = null;
        resolve();
      };
      await Promise.race([promise, failed]);
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await failed;
    },
  };
}

async function call(tenantId: string): Promise<void> {
  await platform.call(callOf(tenantId));
  sent += 1;
}

/** Resolves once every call that was sent has fired its trigger, and every webhook has come to its receiver. */
async function untilAllDelivered(): Promise<void> {
  const count = async (): Promise<number> =>
    Math.min(
      await service.metric("onhook_cdrs_total", { result: "matched" }),
      await service.metric("onhook_delivery_attempts_total", { outcome: "delivered" }),
    );
  while ((await count()) < sent) await pause(everyMs);
}

beforeAll(async () => {
  names = ownNames(stack(), "alerts", {
    ONHOOK_DELIVERY_TIMEOUT_MS: "500",
    ONHOOK_DELIVERY_SUSPEND_AFTER_MS: "1000",
    ONHOOK_DELIVERY_SUSPEND_AFTER_FAILURES: "3",
    ONHOOK_DELIVERY_PROBE_INTERVAL_MS: "1000",
    ONHOOK_METRICS_GROUP_LAG_INTERVAL_MS: "1000",
  });
  await mustRun(["topics", "apply"], names);
  hooks = await startHooks(({ path }) => (isHanging && path === "/ill" ? never : 200));
  platform = await createPlatform(stack(), names.topics);
  service = await startReadyService(names.env);
  for (const [tenantId, path] of [
    [well, "/well"],
    [ill, "/ill"],
  ] as const)
    await service.hasApplied(
      await platform.putTrigger(triggerOf({ tenantId, url: `${hooks.url}${path}` })),
    );
  calls = streamOf(() => call(sent % 4 === 0 ? ill : well));
  // Nobody has looked yet when everything was done for the first time, and slowly.
  await hooks.until(() => hooks.all.length > 100);
  const { port } = await service.line(({ msg }) => msg === "listening");
  prometheus = await startPrometheus({
    targets: [`127.0.0.1:${String(port)}`],
    shortenedBy: 30,
  });
  await prometheus.evaluated(5);
});

afterAll(async () => {
  endHanging(200);
  await prometheus?.[Symbol.asyncDispose]();
  await calls?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

/** The alerts that fired from the begin of what is done until none does any more. */
async function alertsWhile(work: () => Promise<void>): Promise<readonly string[]> {
  expect(await prometheus.firing()).toEqual([]);
  const began = Date.now();
  await Promise.race([work(), calls.failed]);
  await prometheus.untilQuiet();
  return await prometheus.firedSince(began);
}

test("a receiver that hangs is worth one ticket, until it answers again", async () => {
  const fired = await alertsWhile(async () => {
    isHanging = true;
    await prometheus.untilFiring("ticket OnhookEndpointSuspended");
    isHanging = false;
    await service.line(({ event }) => event === "endpoint.well");
  });
  expect(fired).toEqual(["ticket OnhookEndpointSuspended"]);
});

test("a flood of calls that can't be read pages, and leaves a ticket a while longer", async () => {
  const both = ["page OnhookQuarantineGrowing", "ticket OnhookQuarantineGrowing"];
  const fired = await alertsWhile(async () => {
    await using flood = streamOf(async () => {
      for (let sent = 0; sent < 10; sent += 1)
        await platform.send(names.topics.cdr, null, Buffer.from("no call"));
    });
    await Promise.race([prometheus.untilFiring(...both), flood.failed]);
  });
  expect(fired).toEqual(both);
});

test(
  "a Kafka that is stopped pages once, and no longer when it is back",
  { timeout: 240_000 },
  async () => {
    const fired = await alertsWhile(async () => {
      // Calls end and begin with Kafka: who can't write them keeps them. Nothing is under way meanwhile, which would be late.
      await calls.between(async () => {
        await untilAllDelivered();
        await stack().stopBroker(0, "SIGTERM");
        await prometheus.untilFiring("page OnhookKafkaUnreachable");
        await stack().startBroker(0);
        await platform.connectAnew();
        for (const tenantId of [well, ill]) await call(tenantId);
        await untilAllDelivered();
      });
    });
    expect(fired).toEqual(["page OnhookKafkaUnreachable"]);
  },
);

test("what the service exposes after all that is as Prometheus wants it", async () => {
  const { body } = await service.get("/metrics");
  expect(await promtool(["check", "metrics"], body)).toEqual({ status: 0, text: "" });
});
