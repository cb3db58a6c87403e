import { z } from "zod";
import * as access from "./access.ts";
import type { Operation } from "./operation.ts";
import { tenantId } from "./shapes.ts";

const ofTenant = z.object({ tenantId });
const t = "/tenants/:tenantId";

/** Tenants and what was changed. */
export const tenantOperations = {
  listTenants: {
    method: "GET",
    path: "/tenants",
    access: "tenants:read",
    tag: "tenants",
    summary: "All tenants that have a licence or triggers",
    versioning: "none",
    query: access.tenantQuery,
    status: 200,
    answer: access.tenantPage,
  },
  readTenant: {
    method: "GET",
    path: t,
    access: "tenants:read",
    tag: "tenants",
    summary: "A tenant's licence and how much of it is used",
    versioning: "tagged",
    params: ofTenant,
    status: 200,
    answer: access.tenant,
  },
  writeTenant: {
    method: "PUT",
    path: t,
    access: "tenants:write",
    tag: "tenants",
    summary: "Creates or replaces a tenant's licence",
    versioning: "conditional",
    params: ofTenant,
    body: access.writtenTenant,
    status: 200,
    answer: access.tenant,
  },
  deleteTenant: {
    method: "DELETE",
    path: t,
    access: "tenants:write",
    tag: "tenants",
    summary: "Deletes the licence: the tenant has no limit then",
    versioning: "conditional",
    params: ofTenant,
    status: 204,
  },
  listChanges: {
    method: "GET",
    path: `${t}/changes`,
    access: "changes:read",
    tag: "changes",
    summary: "Who changed what of this tenant, the newest first",
    versioning: "none",
    params: ofTenant,
    query: access.changeQuery,
    status: 200,
    answer: access.changePage,
  },
  listAllChanges: {
    method: "GET",
    path: "/changes",
    access: "changes:read",
    tag: "changes",
    summary: "Who changed what, the newest first",
    versioning: "none",
    query: access.changeQuery,
    status: 200,
    answer: access.changePage,
  },
} as const satisfies Record<string, Operation>;
