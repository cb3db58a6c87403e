import { z } from "zod";
import * as calls from "./calls.ts";
import type { Operation } from "./operation.ts";
import { ofTenant, tenantPath } from "./shapes.ts";

const ofCall = ofTenant.extend({ cdrId: z.string().min(1).max(500) });

/** Calls, and what is in them. */
export const callOperations = {
  listFields: {
    method: "GET",
    path: `${tenantPath}/fields`,
    access: "triggers:read",
    tag: "calls",
    summary: "What conditions can name, with types, operators and meaning",
    versioning: "none",
    params: ofTenant,
    query: calls.fieldsQuery,
    status: 200,
    answer: calls.fieldList,
  },
  listFieldValues: {
    method: "GET",
    path: `${tenantPath}/field-values`,
    access: "calls:read",
    tag: "calls",
    summary: "What the tenant's recent calls have in a field",
    versioning: "none",
    params: ofTenant,
    query: calls.fieldValuesQuery,
    status: 200,
    answer: calls.fieldValues,
  },
  listCalls: {
    method: "GET",
    path: `${tenantPath}/calls`,
    access: "calls:read",
    tag: "calls",
    summary: "The tenant's recent calls, the newest first",
    versioning: "none",
    params: ofTenant,
    query: calls.callQuery,
    status: 200,
    answer: calls.callPage,
  },
  readCall: {
    method: "GET",
    path: `${tenantPath}/calls/:cdrId`,
    access: "calls:read",
    tag: "calls",
    summary:
      "The story of a call: every trigger of the tenant, fired or not, condition by condition",
    versioning: "none",
    params: ofCall,
    query: calls.storyQuery,
    status: 200,
    answer: calls.callStory,
  },
} as const satisfies Record<string, Operation>;
