import { isCollection, parseDocument, stringify } from "yaml";
import { isGroup } from "./value.ts";
import type { ChartGroup, ChartValue } from "./value.ts";
import { chartValues } from "./values.ts";

const again =
  "Made from test/support/chart: change it there, then run `npx vitest run --project unit test/chart-files.test.ts -u`.";
const width = 100;

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > width && !line.endsWith("#")) {
      lines.push(line);
      line = `${indent}#`;
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}

/** `key: value`, a list or map of some size as a block below its key. */
function assignment(key: string, value: unknown, indent: string): string[] {
  const inLine = parseDocument(stringify(value ?? null));
  const small = JSON.stringify(value ?? null).length <= 60;
  if (isCollection(inLine.contents) && small) inLine.contents.flow = true;
  const written = small
    ? `${key}: ${inLine.toString({ lineWidth: 0 }).trim()}`
    : stringify({ [key]: value }, { lineWidth: 0 }).trimEnd();
  return written.split("\n").map((line) => `${indent}${line}`);
}

function yamlLines(group: ChartGroup, depth: number): string[] {
  const indent = "  ".repeat(depth);
  const lines: string[] = [];
  for (const [key, entry] of Object.entries(group.values)) {
    if (depth === 0 || (depth === 1 && lines.length > 0)) lines.push("");
    lines.push(...comment(entry.doc, indent));
    if (isGroup(entry)) lines.push(`${indent}${key}:`, ...yamlLines(entry, depth + 1));
    else lines.push(...assignment(key, entry.standard, indent));
  }
  return lines;
}

export function renderValues(): string {
  return `${[...comment(again, ""), ...yamlLines(chartValues, 0)].join("\n")}\n`;
}

function schemaOf(entry: ChartValue | ChartGroup): object {
  if (!isGroup(entry)) return { ...entry.schema, description: entry.doc, default: entry.standard };
  return {
    type: "object",
    description: entry.doc,
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(entry.values).map(([key, child]) => [key, schemaOf(child)]),
    ),
  };
}

export function renderSchema(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the Onhook chart",
    $comment: again,
    ...schemaOf(chartValues),
    required: ["config"],
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function* rows(group: ChartGroup, prefix: string): Generator<readonly string[]> {
  for (const [key, entry] of Object.entries(group.values)) {
    const path = `${prefix}${key}`;
    if (isGroup(entry)) yield* rows(entry, `${path}.`);
    else yield [`\`${path}\``, `\`${JSON.stringify(entry.standard)}\``, entry.doc];
  }
}

function table(group: ChartGroup, prefix: string): string {
  const lines = [...rows(group, prefix)].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return ["| value | default | meaning |", "| --- | --- | --- |", ...lines].join("\n");
}

/** The roles have the same values: one table stands for all of them, and another one for what differs. */
function sections(): string {
  const { roles, ...others } = chartValues.values;
  const plain: ChartGroup = {
    doc: "",
    values: Object.fromEntries(Object.entries(others).filter(([, entry]) => !isGroup(entry))),
  };
  const parts = [`### General\n\n${table(plain, "")}`];
  for (const [key, entry] of Object.entries(chartValues.values)) {
    if (entry !== roles && isGroup(entry))
      parts.push(`### \`${key}\`\n\n${entry.doc}\n\n${table(entry, `${key}.`)}`);
    else if (entry === roles && isGroup(entry)) parts.push(rolesSection(entry));
  }
  return parts.join("\n\n");
}

function rolesSection(roles: ChartGroup): string {
  const each = Object.entries(roles.values).flatMap(([name, role]) => {
    if (!isGroup(role)) return [];
    const standard = (key: string): string => {
      const value = role.values[key];
      return value === undefined || isGroup(value) ? "" : JSON.stringify(value.standard);
    };
    return [
      `| \`roles.${name}\` | ${standard("enabled")} | ${standard("replicas")} | ${role.doc} |`,
    ];
  });
  const [, first] = Object.entries(roles.values)[0] ?? [];
  if (first === undefined || !isGroup(first)) throw new TypeError("no role has values");
  return [
    `### \`roles\`\n\n${roles.doc}\n`,
    "| role | enabled | replicas | what it does |\n| --- | --- | --- | --- |",
    `${each.join("\n")}\n`,
    `Each has these; the defaults shown are those of match.\n\n${table(first, "roles.<role>.")}`,
  ].join("\n");
}

export function renderReadme(intro: string): string {
  return `${intro.trimEnd()}\n\n## Values\n\n${again}\n\n${sections()}\n`;
}
