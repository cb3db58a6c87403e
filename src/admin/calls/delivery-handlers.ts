import { OnhookError } from "../../errors.ts";
import type { EndpointHealth } from "../../endpoints/endpoint-health.ts";
import { toldTime } from "../../explaining/told-time.ts";
import type { Delivery } from "../../history/history.ts";
import type { DeliveryDetail } from "../contract/deliveries.ts";
import type { Handler } from "../contract/handlers.ts";
import { shownAttempt, shownDelivery } from "./delivery-shown.ts";
import { findOwn } from "../../configuration/own-trigger.ts";
import type { CallParts } from "./parts.ts";
import { reveals } from "./reveal.ts";
import { maskedRequestOf, requestOf } from "./shown-request.ts";

const inMs = (time: string): number => Date.parse(time);

/** Deliveries of a tenant, the newest first. Rejects as the history does. */
export function listDeliveries({
  history,
  triggers,
}: Pick<CallParts, "history" | "triggers">): Handler<"listDeliveries"> {
  return async ({ params: { tenantId }, query }) => {
    const { triggerId, cdrId, state, from, to, cursor, limit } = query;
    const { items, nextCursor } = await history.deliveries({
      tenantId,
      limit,
      ...(triggerId !== undefined && { triggerId }),
      ...(cdrId !== undefined && { cdrId }),
      ...(state !== undefined && { state }),
      ...(from !== undefined && { from: inMs(from) }),
      ...(to !== undefined && { to: inMs(to) }),
      ...(cursor !== undefined && { cursor }),
    });
    return { body: { items: items.map((each) => shownDelivery(each, triggers)), nextCursor } };
  };
}

async function payloadOf(
  parts: CallParts,
  delivery: Delivery,
  isClear: boolean,
  signal: AbortSignal,
): Promise<DeliveryDetail["payload"]> {
  const { tenantId, triggerId, jobId: id, lastAt: now } = delivery;
  const trigger = findOwn(parts.triggers, tenantId, triggerId)?.trigger;
  const found = trigger && (await parts.finder.ofDelivery(delivery, signal));
  if (trigger === undefined || !found) return null;
  const of = { trigger, call: found.call, id, now, userAgent: parts.userAgent };
  const { url, headers, body } = isClear
    ? requestOf(of)
    : maskedRequestOf(of, parts.triggers.catalog.paths);
  return {
    url,
    contentType: headers["content-type"] ?? null,
    body: body?.toString("utf8") ?? null,
  };
}

/** One delivery with its attempts and its payload, which is made anew. Rejects with NOT_FOUND, FORBIDDEN. */
export function readDelivery(parts: CallParts): Handler<"readDelivery"> {
  return async ({ params: { tenantId, jobId }, query: { reveal } }, context) => {
    const found = await parts.history.delivery(tenantId, jobId);
    if (found === null) throw new OnhookError("NOT_FOUND");
    const { delivery, attempts } = found;
    const revealed = { tenantId, subject: jobId, triggerId: delivery.triggerId };
    const isClear = await reveals(reveal, revealed, parts.writer, context);
    return {
      body: {
        ...shownDelivery(delivery, parts.triggers),
        attemptList: attempts.map(shownAttempt),
        payload: await payloadOf(parts, delivery, isClear, context.signal),
      },
    };
  };
}

function shownHealth(health: EndpointHealth) {
  const { endpointId, triggerId, host, state, failures, reason, status } = health;
  const since = toldTime(health.since);
  const failingSince = toldTime(health.failingSince);
  return { endpointId, triggerId, host, state, since, failingSince, failures, reason, status };
}

/** The tenant's endpoints that are not well. */
export function listEndpoints({
  endpoints,
}: Pick<CallParts, "endpoints">): Handler<"listEndpoints"> {
  return async ({ params: { tenantId } }) => ({
    body: { items: endpoints.ofTenant(tenantId).map(shownHealth) },
  });
}
