import type { CallEnded } from "../../cdr/call-ended.ts";
import { buildRequest } from "../../delivery/build-request.ts";
import type { WebhookRequest } from "../../delivery/http-request.ts";
import { buildPayload } from "../../delivery/payload.ts";
import { maskedCall } from "../../explaining/masked-call.ts";
import { valueMask } from "../../secrets/masks.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { Preview } from "../contract/calls.ts";

/** What a request is made of. */
export interface RequestOf {
  readonly trigger: Trigger;
  readonly call: CallEnded;
  /** The `webhook-id`. */
  readonly id: string;
  /** Ms since the epoch. */
  readonly now: number;
  readonly userAgent: string;
  /** Headers besides. */
  readonly more?: Readonly<Record<string, string>>;
}

/** The request, made by what makes those of deliveries. Throws SECRET_INVALID. */
export function requestOf(of: RequestOf): WebhookRequest {
  const { trigger, call, id, now, userAgent, more } = of;
  const { triggerId, action } = trigger;
  const request = buildRequest({
    payload: buildPayload({ triggerId, call, customData: action.customData }),
    action,
    jobId: id,
    attempt: 1,
    timestamp: Math.floor(now / 1000),
    userAgent,
    trace: null,
  });
  return { ...request, headers: { ...request.headers, ...more } };
}

/** The same with the call's texts masked, to be shown and never sent. `paths`: of the field catalog. */
export function maskedRequestOf(of: RequestOf, paths: readonly string[]): WebhookRequest {
  return requestOf({ ...of, call: maskedCall(of.call, paths) });
}

/** Whoever could have anything signed could make requests that its receiver takes for ours. */
function shownSignatures(signatures: string): string {
  return signatures.replaceAll(/(v1a?),[^ ]+/g, `$1,${valueMask}`);
}

/** The request as it may be shown: credentials, signatures and the trigger's own headers are masked. */
export function shownRequest(
  request: WebhookRequest,
  { action }: Pick<Trigger, "action">,
  cdrId: string | null,
): Preview {
  const own = new Set(Object.keys(action.headers).map((name) => name.toLowerCase()));
  const shown = (name: string, value: string): string => {
    if (own.has(name) || name === "authorization") return valueMask;
    return name === "webhook-signature" ? shownSignatures(value) : value;
  };
  return {
    method: request.method,
    url: request.url,
    headers: Object.entries(request.headers).map(([name, value]) => ({
      name,
      value: shown(name, value),
    })),
    body: request.body?.toString("utf8") ?? null,
    contentType: request.headers["content-type"] ?? null,
    cdrId,
  };
}
