import { signingSecretProblem } from "../secrets/signing-secret.ts";
import {
  longestKey,
  longestPairValue,
  longestUrl,
  mostPairs,
  mostRetries,
  mostSecrets,
  urlProblem,
} from "./check-action.ts";
import { isUsualCondition } from "./check-condition.ts";
import { isGuid, longestName, longestReason, mostConditions } from "./check-trigger.ts";
import type { TriggerRules } from "./check-trigger.ts";
import { isPlain } from "./shape-problems.ts";
import { httpMethods, triggerFormats } from "./trigger.ts";
import type { Action, Trigger } from "./trigger.ts";

function isUsualTime(time: number | null): boolean {
  return time === null || Number.isSafeInteger(time);
}

function isUsualPair([key, value]: readonly [string, string]): boolean {
  return key !== "__proto__" && isPlain(key, 1, longestKey) && isPlain(value, 0, longestPairValue);
}

function isUsualSecret(secret: string): boolean {
  return isPlain(secret, 1, longestPairValue) && signingSecretProblem(secret) === undefined;
}

/** Headers and credentials are for the full check: few triggers have them, and their rules are many. */
function isUsualAction(action: Action, allowHttp: boolean): boolean {
  const pairs = Object.entries(action.customData);
  return (
    isPlain(action.url, 0, longestUrl) &&
    urlProblem(action.url, allowHttp) === undefined &&
    httpMethods.includes(action.method) &&
    triggerFormats.includes(action.format) &&
    pairs.length <= mostPairs &&
    pairs.every(isUsualPair) &&
    action.retries >= 0 &&
    action.retries <= mostRetries &&
    action.secrets.length <= mostSecrets &&
    action.secrets.every(isUsualSecret) &&
    isUsualTime(action.oldSecretsUntil) &&
    Object.keys(action.headers).length === 0 &&
    action.auth === null
  );
}

/**
 * Whether a trigger that was read from its bytes, so that each property is of its type, is one of the many that are seen
 * to be valid at a glance: `checkTrigger`, which finds and names all problems, would pass it as it is, and takes ten times
 * as long. False says nothing: then `checkTrigger` has to tell.
 */
export function isUsualTrigger(trigger: Trigger, { catalog, allowHttp }: TriggerRules): boolean {
  const { triggerId, tenantId, name, disabledReason, createdAt, filters, action } = trigger;
  return (
    isGuid(triggerId) &&
    isPlain(tenantId, 1, longestName) &&
    isPlain(name, 0, longestName) &&
    (disabledReason === null || isPlain(disabledReason, 0, longestReason)) &&
    isUsualTime(createdAt) &&
    filters.length <= mostConditions &&
    filters.every((condition) => isUsualCondition(condition, catalog)) &&
    isUsualAction(action, allowHttp)
  );
}
