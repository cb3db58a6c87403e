import { v5 as uuidV5 } from "uuid";

const namespace = uuidV5("onhook.delivery-job", uuidV5.DNS);

/**
 * UUIDv5 of tenant, CDR and trigger, as the contract has it. Written once more: what counts a service's jobs must not ask
 * the service which ones they are.
 */
export function webhookIdOf(
  call: { readonly tenantId: string; readonly cdr: { readonly id: string } },
  triggerId: string,
): string {
  return uuidV5(`${call.tenantId}\n${call.cdr.id}\n${triggerId}`, namespace);
}
