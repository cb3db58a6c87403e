import { afterAll, beforeAll, expect, test } from "vitest";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import { makeWorld } from "../support/rights/rights-world.ts";
import type { World } from "../support/rights/rights-world.ts";
import { trySchema } from "../support/schemathesis.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let stage: AdminStage;
let world: World;

beforeAll(async () => {
  stage = await startAdminStage(stack, "schema", {
    ONHOOK_ADMIN_REQUESTS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_TEST_SENDS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
    // Made-up hosts are looked for; nothing is to be waited for longer than that.
    ONHOOK_DELIVERY_TIMEOUT_MS: "1000",
  });
  world = await makeWorld(stage);
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

test.each(["operator", "own"] as const)(
  "no request that is made up from the OpenAPI document fails the service, or is answered outside of the document: by %s",
  { timeout: 180_000 },
  async (person) => {
    const options = [
      ["--max-examples", "10"],
      ["--phases", "examples,coverage,fuzzing"],
      ["--seed", "1", "--workers", "1"],
      ["--continue-on-failure"],
    ];
    const asked = { url: stage.url, token: world.tokens[person] };
    const { status, output } = await trySchema(asked, options.flat());
    expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
    expect(stage.service.log.filter(({ event }) => event === "admin.failed")).toEqual([]);
  },
);
