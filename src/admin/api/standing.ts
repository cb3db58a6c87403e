import type { FastifyRequest } from "fastify";
import type { Principal } from "../../access/principal.ts";
import type { AskedBy } from "../contract/authentication.ts";
import type { OperationId } from "../contract/operations.ts";

/** What is found out of a request on its way through the hooks. */
export interface Standing {
  readonly operation: OperationId | "openApi" | null;
  principal: Principal | null;
  /** Why its credential does not count; told once the address has been counted. */
  failure: unknown;
  /** Of what it was answered with. */
  code: string | null;
}

const standings = new WeakMap<FastifyRequest, Standing>();

/** Begins what is known of a request. */
export function beginStanding(request: FastifyRequest, operation: Standing["operation"]): Standing {
  const standing: Standing = { operation, principal: null, failure: null, code: null };
  standings.set(request, standing);
  return standing;
}

export function standingOf(request: FastifyRequest): Standing {
  return standings.get(request) ?? beginStanding(request, null);
}

/** The tenant that the path names; null: none. */
export function tenantOf(request: FastifyRequest): string | null {
  const { tenantId } = (request.params ?? {}) as { readonly tenantId?: string };
  return tenantId ?? null;
}

export function askedBy(request: FastifyRequest): AskedBy {
  return { method: request.method, headers: request.headers, address: request.ip };
}
