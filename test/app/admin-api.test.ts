import { expect, onTestFinished, test } from "vitest";
import type { AdminApi } from "../../src/admin/api/admin-api.ts";
import { createAdminApiService } from "../../src/app/admin-api.ts";
import type { AdminApiGround } from "../../src/app/admin-api.ts";
import { createLater } from "../../src/app/configuration.ts";
import { createConnections } from "../../src/app/connections.ts";
import { loadConfig } from "../../src/config.ts";
import { OnhookError } from "../../src/errors.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { steadyClock } from "../../src/runtime/clock.ts";
import { Surveys } from "../../src/runtime/surveys.ts";
import { readSchema } from "../../src/schema-files.ts";
import { subjectOf } from "../../src/wanted-topics.ts";
import { settle } from "../support/fake-clock.ts";
import { MemoryRegistry } from "../support/memory-registry.ts";

/** The admin role's part of a process whose brokers are away, and what becomes of it. */
async function started({
  underWay = Promise.resolve(),
  whenCaughtUp = async () => undefined,
}: {
  readonly underWay?: Promise<void>;
  readonly whenCaughtUp?: () => Promise<void>;
} = {}) {
  const config = loadConfig({ env: { ONHOOK_KAFKA_BROKERS: "127.0.0.1:1" } });
  const registry = new MemoryRegistry();
  await registry.register(subjectOf(config.topics.tokens.name), readSchema("ApiToken"));
  await registry.register(subjectOf(config.topics.changes.name), readSchema("ChangeRecord"));
  const told: AnyEvent[] = [];
  const around = {
    config,
    clock: steadyClock,
    emit: (event: AnyEvent) => void told.push(event),
    kafkaLog: () => undefined,
    userAgent: "onhook/test",
    surveys: new Surveys(),
  };
  const opened = Promise.withResolvers<void>();
  const steps: string[] = [];
  const api: AdminApi = {
    part: async () => undefined,
    open: () => {
      steps.push("open");
      opened.resolve();
    },
    close: async () => {
      steps.push("close");
      await underWay;
      steps.push("closed");
    },
  };
  const stop = new AbortController();
  const kill = new AbortController();
  const service = createAdminApiService(api, {
    around,
    connections: {
      ...createConnections(around),
      registry,
    } as unknown as AdminApiGround["connections"],
    codecs: {} as AdminApiGround["codecs"],
    parts: { store: { whenCaughtUp } } as unknown as AdminApiGround["parts"],
    later: createLater(),
  });
  const ended = service.run(stop.signal, kill.signal).then(() => void steps.push("ended"));
  onTestFinished(() => kill.abort());
  return { told, opened: opened.promise, steps, stop, kill, ended };
}

test("a fault of the admin part is told, and it is built anew: matching and delivering go on", async () => {
  const faults = [new OnhookError("TABLE_REWOUND", { topic: "onhook.tokens" })];
  const { told, opened, stop, steps, ended } = await started({
    async whenCaughtUp() {
      const fault = faults.pop();
      if (fault !== undefined) throw fault;
    },
  });
  await opened;
  expect(told).toContainEqual(
    expect.objectContaining({
      type: "service.waiting",
      error: expect.objectContaining({ code: "TABLE_REWOUND" }),
    }),
  );
  expect(steps.filter((step) => step === "open")).toHaveLength(1);
  stop.abort();
  await ended;
});

test("with a stop nothing new begins, and what is under way is finished before that which it works with ends", async () => {
  const { promise: underWay, resolve: finish } = Promise.withResolvers<void>();
  const { opened, stop, steps, ended } = await started({ underWay });
  await opened;
  stop.abort();
  await settle();
  expect(steps).toEqual(["open", "close"]);
  finish();
  await ended;
  expect(steps.slice(0, 3)).toEqual(["open", "close", "closed"]);
  expect(steps.at(-1)).toBe("ended");
});

test("what is under way is not waited for when the time for that is over", async () => {
  const { opened, stop, kill, steps, ended } = await started({
    underWay: new Promise(() => undefined),
  });
  await opened;
  stop.abort();
  kill.abort();
  await ended;
  expect(steps).not.toContain("closed");
});
