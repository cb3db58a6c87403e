import type { Row } from "./dashboard.ts";
import { graph } from "./panels.ts";
import { increase } from "./queries.ts";

export const access: Row = {
  title: "Who asks by the API and the portal",
  panels: [
    graph({
      title: "Credentials refused",
      unit: "short",
      queries: [
        {
          expr: `sum by (reason) (${increase("onhook_refused_credentials_total")})`,
          legend: "{{reason}}",
        },
      ],
      width: 12,
      bars: true,
      stacked: true,
    }),
    graph({
      title: "OpenID Connect provider away",
      unit: "short",
      queries: [{ expr: `sum(${increase("onhook_oidc_failures_total")})`, legend: "failures" }],
      width: 12,
      bars: true,
    }),
  ],
};
