import { maskOf, valueMask } from "../secrets/masks.ts";
import type { Auth, Trigger } from "../triggers/trigger.ts";
import { secretNames } from "./file-trigger.ts";

function shownAuth({ scheme, username }: Auth): object {
  return {
    scheme,
    ...(username !== null && { username }),
    [secretNames[scheme]]: valueMask,
  };
}

/** A trigger as it may be shown to people, and as a file has it: every secret is masked. */
export function shownTrigger(trigger: Trigger): object {
  const { secrets, headers, auth } = trigger.action;
  const names = Object.keys(headers);
  return {
    ...trigger,
    action: {
      ...trigger.action,
      secrets: secrets.map(maskOf),
      headers: Object.fromEntries(names.map((name) => [name, valueMask])),
      auth: auth && shownAuth(auth),
    },
  };
}
