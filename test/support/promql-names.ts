/** What a PromQL expression names, as far as it has to be known whether there is such a thing. */
export interface PromqlNames {
  /** Metrics and recorded series. */
  readonly series: ReadonlySet<string>;
  /** Labels: of matchers, of `by` and of `on`. */
  readonly labels: ReadonlySet<string>;
}

const words = new Set(["and", "or", "unless", "bool"]);

/** Reads the forms that config/prometheus is written in; numbers with an exponent or in hex are not among them. */
export function promqlNames(expr: string): PromqlNames {
  const labels = new Set<string>();
  const add = (list: string): string => {
    for (const [label] of list.matchAll(/[a-z_]\w*/gi)) labels.add(label);
    return " ";
  };
  const rest = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .replaceAll(/\[[^\]]*\]|\boffset\s+\w+/g, " ")
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, list) =>
      add(String(list)),
    )
    .replaceAll(/\{([^}]*)\}/g, (_, matchers) => add(String(matchers)));
  const names = [...rest.matchAll(/[a-z_:][\w:]*(?!\s*\(|[\w:])/gi)].map(([name]) => name);
  return { series: new Set(names.filter((name) => !words.has(name))), labels };
}
