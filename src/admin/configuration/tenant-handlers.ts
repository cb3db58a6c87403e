import type { z } from "zod";
import { InputError, OnhookError } from "../../errors.ts";
import type { Principal } from "../../access/principal.ts";
import type { tenant as tenantShape } from "../contract/access.ts";
import type { Handlers, Reply, RequestContext } from "../contract/handlers.ts";
import { pageOf } from "./pages.ts";
import { asking } from "./parts.ts";
import type { ConfigurationParts } from "./parts.ts";

type Shown = z.input<typeof tenantShape>;

/** Those that do not fire for other reasons than the licence count as neither. */
function shown({ store }: ConfigurationParts, tenantId: string): Shown {
  const licence = store.licence(tenantId)?.tenant;
  const counts = store.countsOf(tenantId);
  const { active = 0, disabled = 0, "over-licence": overLicence = 0, suspended = 0 } = counts ?? {};
  return {
    tenantId,
    name: licence?.name ?? "",
    maxTriggers: licence?.maxTriggers ?? null,
    suspended: licence?.suspended ?? false,
    triggers: { all: active + disabled + overLicence + suspended, active, disabled, overLicence },
  };
}

function replyOf(parts: ConfigurationParts, tenantId: string): Reply<Shown> {
  const etag = parts.tenants.tagOf(tenantId);
  return { body: shown(parts, tenantId), ...(etag !== undefined && { etag }) };
}

/** A tenant's own people see it even where nothing is known of it: they are its proof. */
function requireKnown({ store }: ConfigurationParts, tenantId: string, principal: Principal): void {
  if (principal.tenantId === tenantId || store.countsOf(tenantId) !== undefined) return;
  throw new OnhookError("NOT_FOUND");
}

function editOf(tenantId: string, context: RequestContext) {
  const { ifMatch, onlyNew } = context;
  return { tenantId, ifMatch, onlyNew, by: asking(context) };
}

/** What was sent, without what follows from it. */
function writable(
  body: Readonly<Record<string, unknown>>,
  tenantId: string,
): Record<string, unknown> {
  const { triggers: _, ...given } = body;
  if ((given["tenantId"] ?? tenantId) === tenantId) return given;
  const problem = { path: "tenantId", message: "is another than that of the path" };
  throw new InputError("TENANT_INVALID", [problem]);
}

type TenantHandlers = Pick<Handlers, "listTenants" | "readTenant" | "writeTenant" | "deleteTenant">;

/** The operations on licences. */
export function createTenantHandlers(parts: ConfigurationParts): TenantHandlers {
  const { store, tenants } = parts;
  return {
    async listTenants({ query }, { signal }) {
      const search = (query.search ?? "").toLowerCase();
      const isWanted = (tenantId: string): boolean =>
        tenantId.toLowerCase().includes(search) ||
        (store.licence(tenantId)?.tenant.name ?? "").toLowerCase().includes(search);
      const list = ["tenants", search];
      const listing = { list, isWanted, keyOf: (tenantId: string) => [tenantId], keyParts: 1 };
      const { items, nextCursor } = await pageOf(store.tenantIds(), listing, query, signal);
      return { body: { items: items.map((tenantId) => shown(parts, tenantId)), nextCursor } };
    },
    async readTenant({ params: { tenantId } }, context) {
      requireKnown(parts, tenantId, asking(context));
      return replyOf(parts, tenantId);
    },
    async writeTenant({ params: { tenantId }, body }, context) {
      await tenants.write(editOf(tenantId, context), writable(body, tenantId));
      return replyOf(parts, tenantId);
    },
    async deleteTenant({ params: { tenantId } }, context) {
      await tenants.delete(editOf(tenantId, context));
      return { body: undefined };
    },
  };
}
