import { randomUUID } from "node:crypto";
import type { Principal } from "../../access/principal.ts";
import { jobIdOf } from "../../jobs/job-id.ts";
import type { HttpSender } from "../../delivery/http-request.ts";
import { OnhookError } from "../../errors.ts";
import { sampleCall } from "../../explaining/sample-call.ts";
import type { CallEnded } from "../../cdr/call-ended.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { Handler } from "../contract/handlers.ts";
import { findOwn } from "../../configuration/own-trigger.ts";
import type { CallParts, Draft } from "./parts.ts";
import { mayReveal, principalOf, reveals } from "./reveal.ts";
import { toldResult } from "./shown-answer.ts";
import { maskedRequestOf, requestOf, shownRequest } from "./shown-request.ts";
import type { RequestOf } from "./shown-request.ts";
import type { TenantLimit } from "./tenant-limit.ts";

type Chosen = Pick<CallParts, "finder" | "writer">;

/** The call that was chosen, and whether its texts may be shown: a made-up one's always. */
async function chosenCall(
  { finder, writer }: Chosen,
  tenantId: string,
  asked: { readonly call: { readonly cdrId: string | null }; readonly reveal: boolean },
  context: { readonly principal: Principal | null; readonly signal: AbortSignal },
): Promise<{ readonly call: CallEnded; readonly isShown: boolean }> {
  const { cdrId } = asked.call;
  if (cdrId === null) return { call: sampleCall(tenantId), isShown: true };
  const { call } = await finder.find(tenantId, cdrId, {}, context.signal);
  const revealed = { tenantId, subject: cdrId };
  return { call, isShown: await reveals(asked.reveal, revealed, writer, context) };
}

/** The request that an unsaved trigger would make. Rejects with TRIGGER_INVALID, CALL_NOT_FOUND, FORBIDDEN. */
export function previewRequest(parts: CallParts): Handler<"previewRequest"> {
  return async ({ params: { tenantId }, body }, context) => {
    const trigger = await parts.drafts.trigger(tenantId, body);
    const { cdrId } = body.call;
    const { call, isShown } = await chosenCall(parts, tenantId, body, context);
    const id = jobIdOf({ tenantId, cdrId: call.cdr.id, triggerId: trigger.triggerId });
    const of = { trigger, call, id, now: parts.clock.now(), userAgent: parts.userAgent };
    const { paths } = parts.triggers.catalog;
    const request = isShown ? requestOf(of) : maskedRequestOf(of, paths);
    return { body: shownRequest(request, trigger, cdrId) };
  };
}

/** Whether the draft goes where the saved trigger does: on a host that many share the path and the query say whose it is. */
function goesAstray(saved: Trigger | undefined, { action }: Trigger): boolean {
  const goal = URL.parse(action.url)?.href;
  return goal === undefined || saved === undefined || URL.parse(saved.action.url)?.href !== goal;
}

function takesSaved(saved: Trigger | undefined, { action }: Trigger): boolean {
  if (saved === undefined) return false;
  const { headers, auth, secrets } = saved.action;
  const kept = new Set([...Object.values(headers), ...secrets, ...(auth ? [auth.secret] : [])]);
  const { auth: own } = action;
  const given = [...Object.values(action.headers), ...action.secrets, ...(own ? [own.secret] : [])];
  return given.some((secret) => kept.has(secret));
}

/**
 * A test must not carry anywhere what its sender could not bring there otherwise: the saved credentials of a trigger,
 * which nobody can read back, and a real call, which only its own tenant may see. Throws FORBIDDEN.
 */
function requireMayGo(
  parts: Pick<CallParts, "triggers">,
  tenantId: string,
  { triggerId }: Draft,
  trigger: Trigger,
  sent: { readonly by: Principal; readonly isReal: boolean },
): void {
  const saved = triggerId && findOwn(parts.triggers, tenantId, triggerId)?.trigger;
  if (!goesAstray(saved || undefined, trigger)) return;
  const { by, isReal } = sent;
  if (takesSaved(saved || undefined, trigger) && !by.scopes.has("triggers:write"))
    throw new OnhookError("FORBIDDEN", { scope: "triggers:write" });
  if (isReal && !mayReveal(by, tenantId))
    throw new OnhookError("FORBIDDEN", { scope: "values:reveal" });
}

/** Short ones would be found in any text. */
const shortestSecret = 4;

function secretsOf({ action }: Trigger, headers: Readonly<Record<string, string>>): string[] {
  const { auth, secrets } = action;
  const authorization = headers["authorization"]?.split(" ").slice(1) ?? [];
  const signatures = headers["webhook-signature"]?.split(" ").map((each) => each.split(",")[1]);
  return [
    ...Object.values(action.headers),
    ...secrets,
    ...authorization,
    ...(auth === null ? [] : [auth.secret]),
    ...(signatures ?? []),
  ].filter((secret) => secret !== undefined && secret.length >= shortestSecret) as string[];
}

export interface TestSendParts extends CallParts {
  /** Keeps the answers; the deliverer's guard and limits otherwise. */
  readonly sender: HttpSender;
  readonly testSends: TenantLimit;
}

/** Makes one request as the deliverer would. It is no delivery and leaves no trace among them. Rejects with TRIGGER_INVALID, CALL_NOT_FOUND, FORBIDDEN, TEST_SENDS_EXCEEDED. */
export function testSend(parts: TestSendParts): Handler<"testSend"> {
  return async ({ params: { tenantId }, body }, context) => {
    const trigger = await parts.drafts.trigger(tenantId, body);
    const by = principalOf(context);
    const { cdrId } = body.call;
    requireMayGo(parts, tenantId, body, trigger, { by, isReal: cdrId !== null });
    parts.testSends.take(tenantId);
    const { call, isShown } = await chosenCall(parts, tenantId, body, context);
    const of: RequestOf = {
      trigger,
      call,
      id: `test_${randomUUID()}`,
      now: parts.clock.now(),
      userAgent: parts.userAgent,
      more: { "onhook-test": "1" },
    };
    const request = requestOf(of);
    const shown = isShown ? request : maskedRequestOf(of, parts.triggers.catalog.paths);
    // First: what was sent and is not told of would be worse than what is told of and was not sent.
    await parts.writer.write([], {
      by,
      action: "trigger.test-sent",
      tenantId,
      ...(body.triggerId !== undefined && { triggerId: trigger.triggerId }),
      ...(cdrId !== null && { subject: cdrId }),
    });
    const result = await parts.sender.send(request, { signal: context.signal });
    const secrets = secretsOf(trigger, request.headers);
    const told = toldResult(result, { isWithheld: !isShown, secrets });
    return { body: { request: shownRequest(shown, trigger, cdrId), ...told } };
  };
}
