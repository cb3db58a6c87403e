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
import { isEmpty, isPlain } from "./shape-problems.ts";
import { httpMethods, triggerFormats } from "./trigger.ts";
import type { Action, Trigger } from "./trigger.ts";

function isUsualTime(time: number | null): boolean {
  return time === null || Number.isSafeInteger(time);
}

/** Names of hosts that no parser takes for an address or for another script; then nothing that a path or a query can't have. */
const usualUrl =
  /^https:\/\/(?:[a-z][a-z\d]*(?:-[a-z\d]+)*\.)+[a-z]{2,}(?::\d{1,4})?(?:[/?][!"$-[\]-~]*)?$/;

function isUsualUrl(url: string, allowHttp: boolean): boolean {
  if (url.length > longestUrl) return false;
  return usualUrl.test(url) || (isPlain(url, 0, longestUrl) && !urlProblem(url, allowHttp));
}

function areUsualPairs(pairs: Readonly<Record<string, string>>): boolean {
  let count = 0;
  for (const key in pairs) {
    count += 1;
    if (!isPlain(key, 1, longestKey) || !isPlain(pairs[key] as string, 0, longestPairValue))
      return false;
  }
  return count <= mostPairs;
}

/** Base64 as it is written: the last character before the padding has no bits to spare. */
const usualSecret =
  /^whsec_(?:[A-Za-z\d+/]{4})+(?:[A-Za-z\d+/][AQgw]==|[A-Za-z\d+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** `whsec_` and 24 to 64 bytes, which are 32 to 88 characters. */
const [leastSecret, mostSecret] = [6 + 32, 6 + 84];

function isUsualSecret(secret: string): boolean {
  const { length } = secret;
  if (length >= leastSecret && length <= mostSecret && usualSecret.test(secret)) return true;
  return isPlain(secret, 1, longestPairValue) && signingSecretProblem(secret) === undefined;
}

/** Headers and credentials are for the full check: few triggers have them, and their rules are many. */
function isUsualAction(action: Action, allowHttp: boolean): boolean {
  return (
    isUsualUrl(action.url, allowHttp) &&
    httpMethods.includes(action.method) &&
    triggerFormats.includes(action.format) &&
    areUsualPairs(action.customData) &&
    action.retries >= 0 &&
    action.retries <= mostRetries &&
    action.secrets.length <= mostSecrets &&
    action.secrets.every(isUsualSecret) &&
    isUsualTime(action.oldSecretsUntil) &&
    isEmpty(action.headers) &&
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
