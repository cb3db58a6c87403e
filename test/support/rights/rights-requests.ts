import { randomUUID } from "node:crypto";
import { operations } from "../../../src/admin/contract/operations.ts";
import type { OperationId } from "../../../src/admin/contract/operations.ts";
import type { Operation } from "../../../src/admin/contract/operation.ts";
import type { Asked } from "../api-client.ts";
import type { Things } from "./rights-world.ts";

export interface Wanted extends Asked {
  readonly method: string;
  readonly path: string;
}

/** What a request brings besides its path, so that who may make it has their way. `url`: of a receiver. */
function bodyOf(operation: OperationId, things: Things, url: string, token: string): unknown {
  const trigger = { name: "of the matrix", action: { url } };
  const bodies: Partial<Record<OperationId, unknown>> = {
    createTrigger: trigger,
    replaceTrigger: trigger,
    patchTrigger: { name: "changed" },
    rotateSecret: {},
    checkTrigger: { trigger },
    dryRun: { trigger, calls: 10 },
    previewRequest: { trigger },
    testSend: { trigger },
    // An id of its own: the same question asked again is the same replay.
    startReplay: { kind: "dead", triggerId: things.triggerId, replayId: `of-${randomUUID()}` },
    writeTenant: { name: "Tenant" },
    signIn: { token },
    createSignInLink: { tenantId: things.tenantId, name: "Somebody" },
    createToken: { name: "a", role: "support" },
    createTenantToken: { name: "a" },
  };
  return bodies[operation];
}

const queries: Partial<Record<OperationId, string>> = { listFieldValues: "?path=dir" };

/** A request for an operation, about these things. */
export function requestOf(
  operation: OperationId,
  things: Things,
  { url, token }: { readonly url: string; readonly token: string },
): Wanted {
  const { method, path, versioning } = operations[operation] as Operation;
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => things[name as keyof Things]);
  return {
    method,
    path: `${filled}${queries[operation] ?? ""}`,
    body: bodyOf(operation, things, url, token),
    ...(versioning === "conditional" && { headers: { "if-match": "*" } }),
  };
}
