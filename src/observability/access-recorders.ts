import { refusedCredentials } from "./access-metrics.ts";
import type { EventOf } from "./any-event.ts";
import type { MetricSet } from "./metric-set.ts";

/** Counts what is told of those who ask by the API and the portal; its series are there from the start. */
export function accessRecorders(set: MetricSet) {
  for (const reason of Object.keys(refusedCredentials))
    set.count("onhook_refused_credentials_total", { reason }, 0);
  return {
    "token.applied": null,
    "access.refused": ({ reason }: EventOf<"access.refused">) =>
      set.count("onhook_refused_credentials_total", { reason }),
    "oidc.failed": () => set.count("onhook_oidc_failures_total", {}),
    "access.sessions-end-here": null,
  };
}
