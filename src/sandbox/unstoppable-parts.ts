import { OnhookError } from "../errors.ts";
import type { Stack } from "./stack-types.ts";

/**
 * What a stack offers whose parts are not its own processes: none can be stopped alone, none is seen to die,
 * and it has no listeners but its own.
 */
export function unstoppableParts(kind: "existing" | "docker") {
  const cannot = (action: string) => async (): Promise<never> => {
    throw new OnhookError("SANDBOX_CANNOT", { kind, action });
  };
  return {
    listeners: {},
    brokerPids: () => [],
    died: new Promise<OnhookError>(() => {}),
    stopBroker: cannot("stop one broker"),
    startBroker: cannot("start one broker"),
    freezeBroker: cannot("freeze one broker"),
    thawBroker: cannot("thaw one broker"),
    stopRegistry: cannot("stop its registry alone"),
    startRegistry: cannot("start its registry alone"),
  } satisfies Partial<Stack>;
}
