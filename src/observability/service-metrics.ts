import type { MetricSpec } from "./metric-spec.ts";

/** What is so of a process as a whole, whatever its roles. */
export const serviceMetrics = {
  onhook_build_info: {
    type: "gauge",
    labels: ["version"],
    help: "Always 1; the label is the version that runs.",
    action: "None; during an update it shows how many processes run which version.",
  },
  onhook_ready: {
    type: "gauge",
    labels: [],
    help: "1 while /readyz would answer 200, else 0.",
    action: "When it stays 0, /readyz says what is missing.",
  },
  onhook_certificate_expiry_timestamp_seconds: {
    type: "gauge",
    labels: ["certificate"],
    help: "When the certificates that a setting names expire, in seconds since the epoch: the earliest in its file, of those that can be read. The label is the name of the setting.",
    action:
      "Renew the file and restart: it is read at start alone. Of an authority that has been replaced, take the old certificate out of the file.",
  },
} as const satisfies Record<string, MetricSpec>;

/** Exposed where metrics.tenants is above 0. */
export const tenantMetrics = {
  onhook_tenant_cdrs_total: {
    type: "counter",
    labels: ["tenant", "result"],
    help: "CDRs by tenant and result: matched, unmatched. Those in quarantine are not counted. The first metrics.tenants tenants that the process sees have their own series, all others share `other`, and so does one whose id is just that.",
    action: "None; it shows whose calls make the load.",
  },
  onhook_tenant_delivery_attempts_total: {
    type: "counter",
    labels: ["tenant", "outcome"],
    help: "Attempts by tenant and outcome, with tenants as for onhook_tenant_cdrs_total.",
    action:
      "When failed or dead rises for a single tenant, its receiver is at fault: tell the tenant.",
  },
} as const satisfies Record<string, MetricSpec>;
