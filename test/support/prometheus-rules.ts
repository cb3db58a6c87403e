import { parse, stringify } from "yaml";
import { readRepository } from "./markdown.ts";

export const ruleFiles = [
  "config/prometheus/onhook-rules.yaml",
  "config/prometheus/onhook-alerts.yaml",
] as const;

export interface Rule {
  /** Of a recording rule. */
  readonly record?: string;
  /** Of an alert. */
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export function readRules(file: string): readonly Rule[] {
  return (parse(readRepository(file)) as RuleFile).groups.flatMap(({ rules }) => rules);
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const duration = /(\d+)(ms|[smhdw])/g;

function divided(text: string, by: number): string {
  return text.replaceAll(
    duration,
    (_, count: string, unit: string) => `${Math.ceil((Number(count) * (units[unit] ?? 0)) / by)}ms`,
  );
}

/**
 * The same rules in shorter time: every window, offset and wait divided by `by`. Names and thresholds stay, so that a
 * threshold which is itself a time counts for longer in comparison.
 */
export function shortened(file: string, by: number): string {
  const { groups } = parse(file) as RuleFile;
  const short = (rule: Rule): Rule => ({
    ...rule,
    expr: rule.expr.replaceAll(/\[[^\]]+\]|\boffset \w+/g, (window) => divided(window, by)),
    ...(rule.for !== undefined && { for: divided(rule.for, by) }),
    ...(rule.keep_firing_for !== undefined && {
      keep_firing_for: divided(rule.keep_firing_for, by),
    }),
  });
  return stringify({
    groups: groups.map(({ name, rules }) => ({ name, rules: rules.map(short) })),
  });
}
