import { parser } from "@grafana/lezer-logql";

/** What an expression of LogQL asks for: the fields of lines that it names. */
export interface LogReading {
  readonly isLogQl: boolean;
  readonly fields: ReadonlySet<string>;
}

/** Reads an expression in which every variable has been filled in. */
export function readLogQl(expr: string): LogReading {
  const tree = parser.parse(expr);
  const fields = new Set<string>();
  let isLogQl = expr !== "";
  tree.iterate({
    enter(node) {
      if (node.type.isError) isLogQl = false;
      // What chooses the streams are labels of Loki's, no fields of lines.
      if (node.name === "Selector") return false;
      if (node.name === "Identifier") fields.add(expr.slice(node.from, node.to));
      return true;
    },
  });
  for (const [, name = ""] of expr.matchAll(/\{\{\.(\w+)\}\}/g)) fields.add(name);
  return { isLogQl, fields };
}
