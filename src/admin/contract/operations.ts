import { accessOperations } from "./access-operations.ts";
import { callOperations } from "./call-operations.ts";
import { deliveryOperations } from "./delivery-operations.ts";
import { tenantOperations } from "./tenant-operations.ts";
import { triggerOperations } from "./trigger-operations.ts";

/** Every operation of the API. `GET /openapi.json` besides. */
export const operations = {
  ...triggerOperations,
  ...callOperations,
  ...deliveryOperations,
  ...tenantOperations,
  ...accessOperations,
};

export type Operations = typeof operations;
export type OperationId = keyof Operations;
