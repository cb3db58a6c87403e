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

\`/metrics\` exposes these, and those of Node itself under the names that prom-client gives them (\`process_…\`, \`nodejs_…\`).
Labels are bounded: never an address, a trigger or a tenant.

${table(["name", "type", "labels", "meaning", "what to do"], rows)}
`;
}
