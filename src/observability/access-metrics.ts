import type { RefusedCredential } from "../access/access-events.ts";
import type { MetricSpec } from "./metric-spec.ts";

/** Who asks for something by the API and the portal, and is refused. */
export const accessMetrics = {
  onhook_refused_credentials_total: {
    type: "counter",
    labels: ["reason"],
    help: "Credentials that count for nothing: unreadable, token-unknown, token-expired, jwt-invalid, claims (no role, or not the tenant that it needs), link-invalid, link-used.",
    action:
      "A steady trickle of token-expired or claims is somebody's mistake; much of token-unknown is somebody who tries: the access log of your proxy has the address.",
  },
  onhook_oidc_failures_total: {
    type: "counter",
    labels: [],
    help: "Times that the OpenID Connect provider could not be asked.",
    action:
      "The log line oidc.failed says why. Tokens, sessions and keys that are known go on working.",
  },
} as const satisfies Record<string, MetricSpec>;

export const refusedCredentials: Readonly<Record<RefusedCredential, true>> = {
  unreadable: true,
  "token-unknown": true,
  "token-expired": true,
  "jwt-invalid": true,
  claims: true,
  "link-invalid": true,
  "link-used": true,
};
