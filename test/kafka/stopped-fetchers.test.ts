// @ts-expect-error kafkajs describes its public parts only.
import createFetchManager from "kafkajs/src/consumer/fetchManager.js";
// @ts-expect-error kafkajs describes its public parts only.
import runnerClass from "kafkajs/src/consumer/runner.js";
import { expect, test } from "vitest";
import { mendStoppedFetchers } from "../../src/kafka/stopped-fetchers.ts";

interface FetchManager {
  start(): Promise<void>;
}

interface Prototype {
  readonly fetch: (this: object, nodeId: number) => Promise<unknown[]>;
}

const silent = { namespace: () => silent, debug: () => undefined, info: () => undefined };
const enough = 1000;

/** Turns the fetchers of a consumer that was stopped before they began, until they end or have asked often enough. */
async function asked(fetch: Prototype["fetch"]): Promise<number> {
  let count = 0;
  const runner = { running: false, logger: silent, consumerGroup: {}, fetchManager: {} };
  const manager = (createFetchManager as (options: object) => FetchManager)({
    logger: silent,
    getNodeIds: () => [1, 2],
    fetch: async (nodeId: number) => {
      count += 1;
      if (count >= enough) throw new Error("it turns for ever");
      return await fetch.call(runner, nodeId);
    },
    handler: async () => undefined,
  });
  runner.fetchManager = manager;
  await manager.start().catch(() => undefined);
  return count;
}

test("fetchers of a consumer that was stopped turn for ever, and are ended here", async () => {
  const { prototype } = runnerClass as { readonly prototype: Prototype };
  const own = prototype.fetch;
  expect(await asked(own)).toBeGreaterThanOrEqual(enough);
  mendStoppedFetchers();
  expect(await asked(prototype.fetch)).toBeLessThanOrEqual(4);
});
