import type { OperationId } from "../contract/operations.ts";

interface Examples {
  readonly body?: unknown;
  readonly answer?: unknown;
}

const trigger = {
  name: "Long calls from abroad",
  enabled: true,
  filters: [
    { field: "cliCtry", op: "notIn", values: ["GB"] },
    { field: "dur", op: "gte", values: ["600"] },
  ],
  action: {
    url: "https://crm.example.com/hooks/calls",
    method: "POST",
    format: "json",
    customData: { team: "sales" },
    retries: 10,
  },
};

/** Bodies for the operations that a platform begins with. */
export const openApiExamples: Partial<Record<OperationId, Examples>> = {
  createTrigger: { body: { ...trigger, generateSecret: true } },
  replaceTrigger: { body: trigger },
  patchTrigger: { body: { enabled: false, action: { retries: 5 } } },
  rotateSecret: { body: { kind: "hmac", keepOldHours: 24 } },
  checkTrigger: { body: { trigger } },
  dryRun: { body: { trigger, calls: 1000 } },
  previewRequest: { body: { trigger } },
  testSend: { body: { trigger } },
  writeTenant: { body: { name: "Acme Ltd", maxTriggers: 20, suspended: false } },
  createToken: { body: { name: "provisioning", role: "operator", expiresInDays: 90 } },
  createTenantToken: { body: { name: "reporting", scopes: ["deliveries:read"] } },
};
