import type { FastifyRequest } from "fastify";
import { permissionOf } from "../../access/principal.ts";
import { OnhookError } from "../../errors.ts";
import type { Access } from "../contract/operation.ts";
import type { OperationId } from "../contract/operations.ts";
import type { OpenParts } from "./open-parts.ts";
import { askedBy, beginStanding, standingOf, tenantOf } from "./standing.ts";

/** Finds out who asks. What is wrong with a credential is told later: until then its address has been counted. */
export async function identify(
  request: FastifyRequest,
  operation: OperationId,
  parts: OpenParts,
): Promise<void> {
  const standing = beginStanding(request, operation);
  await parts.use(async ({ authentication }) => {
    try {
      standing.principal = await authentication.authenticate(askedBy(request));
    } catch (error) {
      standing.failure = error;
    }
  });
}

/** Whoever has a credential that counts for nothing any more must still be able to sign in anew. */
function isForgiven(error: unknown, access: Access): boolean {
  return access === "anybody" && error instanceof OnhookError && error.code === "UNAUTHENTICATED";
}

/** Throws UNAUTHENTICATED, FORBIDDEN, and NOT_FOUND for what is another tenant's, be it there or not. */
export function authorise(request: FastifyRequest, access: Access): void {
  const { principal, failure } = standingOf(request);
  if (failure !== null && !isForgiven(failure, access)) throw failure;
  if (access === "anybody") return;
  if (principal === null) throw new OnhookError("UNAUTHENTICATED");
  if (access === "signed-in") return;
  const permission = permissionOf(principal, access, tenantOf(request));
  if (permission === "unknown") throw new OnhookError("NOT_FOUND");
  if (permission === "forbidden") throw new OnhookError("FORBIDDEN", { scope: access });
}
