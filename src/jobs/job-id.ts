import { v5 as uuidV5 } from "uuid";

/** The namespace of Onhook's job ids: UUIDv5 of "onhook.delivery-job" in the DNS namespace, fixed for ever. */
const namespace = uuidV5("onhook.delivery-job", uuidV5.DNS);

/**
 * The id of the job that a call and a trigger make; the request's `webhook-id`. The same three always give the same
 * id, so that whatever is repeated anywhere can be recognised by the receiver. Source: the contract of DeliveryJob.
 * The parts are joined by a character that none of them holds.
 */
export function jobIdOf(of: { tenantId: string; cdrId: string; triggerId: string }): string {
  return uuidV5(`${of.tenantId}\n${of.cdrId}\n${of.triggerId}`, namespace);
}
