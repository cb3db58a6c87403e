import { describeSettings } from "../../src/config.ts";
import { errorTable } from "../../src/errors.ts";
import { metricTable } from "../../src/observability/metric-table.ts";
import type { MetricSpec } from "../../src/observability/metric-spec.ts";

/** Documentation that is made from tables of the code. Tests compare it with its files; `npx vitest run test/generated-docs.test.ts -u` writes them anew. */

const again =
  "Made from the code: change it there, then run `npx vitest run test/generated-docs.test.ts -u`.";

/** A bar would end the cell. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function renderSettingsDoc(): string {
  const rows = describeSettings().map((setting) => [
    `\`${setting.path}\``,
    `\`${setting.env}\``,
    setting.secret ? `${setting.type}, secret` : setting.type,
    `\`${JSON.stringify(setting.default)}\``,
    setting.unit ?? "",
    `${setting.doc} Allowed: ${setting.allowed}.`,
  ]);
  return `# Settings

${again}

Settings stand in a YAML file (\`config/onhook.yaml\` is one with all of them) and in environment variables, which win.
In a variable the items of a list are separated by commas, and an empty variable stands for null or an empty list.
All mistakes are reported at once, at start, with the error CONFIG_INVALID; a name that is not known is a mistake.

${table(["setting", "environment variable", "kind", "default", "unit", "meaning"], rows)}

Two variables are no settings: \`ONHOOK_CONFIG\` is the path of the file, \`ONHOOK_SANDBOX\` chooses how the sandbox runs.
Those that Kubernetes makes of services named \`onhook…\` (\`ONHOOK_SERVICE_HOST\` and the like) are passed over.
`;
}

interface ErrorKind {
  readonly message: string;
  readonly retryable: boolean;
  readonly action?: string;
}

export function renderErrorsDoc(): string {
  const rows = Object.entries<ErrorKind>(errorTable).map(
    ([code, { message, retryable, action }]) => [
      `\`${code}\``,
      message,
      retryable ? "yes" : "no",
      action ?? "",
    ],
  );
  return `# Errors

${again}

Every error that Onhook raises on purpose has a code; logs carry it as \`err.code\`. Words in braces are filled in.
What is retryable Onhook tries again by itself, for as long as it takes. Where the last column is empty, the message says what to do.

${table(["code", "message", "retryable", "what to do"], rows)}
`;
}

export function renderMetricsDoc(): string {
  const rows = Object.entries<MetricSpec>(metricTable).map(
    ([name, { type, labels, help, action }]) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
      action,
    ],
  );
  return `# Metrics

${again}

\`/metrics\` exposes these in Prometheus's text format, and those of Node itself under the names that prom-client gives them
(\`process_…\`, \`nodejs_…\`; the gauges of active handles, requests and resources without their sums, which are named like counters).

- **Names.** All begin with \`onhook_\`. Counters end in \`_total\`, times are in seconds, histograms of them end in \`_seconds\`, points in
  time are seconds since the epoch and end in \`_timestamp_seconds\`.
- **Labels are bounded.** None has an address, a host, an endpoint or a trigger; a tenant is in two of them alone, where
  \`metrics.tenants\` is above 0, and of no more tenants than that. So the page has some hundred series, whatever the number of tenants and
  triggers, and one more for each partition that the process reads (\`onhook_consumer_lag\`); with \`metrics.tenants\`, up to six for each
  of these. Which endpoint or trigger it was, the log says: \`delivery.attempted\`.
- **Scrape interval.** 15 s; 60 s at most, or windows of some minutes in rules have too few samples. A scrape takes a few milliseconds.
  How old something is (\`onhook_consumer_fetch_age_seconds\`, \`onhook_retry_oldest_overdue_seconds\`), what is in hand
  (\`onhook_jobs_buffered\`, \`onhook_sockets\`, \`onhook_paused_partitions\`) and \`onhook_ready\` are looked at in the moment of the scrape.
- **Each process tells of itself.** Sum counters and gauges over the processes; \`onhook_group_lag\`, \`onhook_group_members\` and
  \`onhook_audit_…\` are about all of them together: take the maximum. Counters begin at 0 with the process, and those with a closed set of
  labels are there from then on.

${table(["name", "type", "labels", "meaning", "what to do"], rows)}
`;
}
