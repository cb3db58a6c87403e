import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import type { KnownSeries } from "./known-series.ts";

/** What was found about an expression. */
export interface Reading {
  readonly problems: readonly string[];
  /** The labels that its result has; null for a plain number. */
  readonly labels: ReadonlySet<string> | null;
  /** The series that it asks for. */
  readonly names: ReadonlySet<string>;
}

/** Stands for whatever a variable of a dashboard is set to. */
export const anyValue = "any-value";

type Labels = ReadonlySet<string> | null;

const ofCounters = new Set(["rate", "irate", "increase", "resets"]);
const keepsLabels = new Set(["topk", "bottomk", "limitk", "limit_ratio"]);

function children(node: SyntaxNode): readonly SyntaxNode[] {
  const all: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) all.push(child);
  return all;
}

function offspring(node: SyntaxNode, kind: string): readonly SyntaxNode[] {
  return children(node).flatMap((child) => {
    const below = offspring(child, kind);
    return child.name === kind ? [child].concat(below) : below;
  });
}

/** Reads one expression: whether it is one, and whether what it asks for exists and fits together. */
class Reader {
  readonly problems: string[] = [];
  readonly names = new Set<string>();
  readonly #expr: string;
  readonly #known: ReadonlyMap<string, KnownSeries>;

  constructor(expr: string, known: ReadonlyMap<string, KnownSeries>) {
    this.#expr = expr;
    this.#known = known;
  }

  #text(node: SyntaxNode): string {
    return this.#expr.slice(node.from, node.to);
  }

  #names(node: SyntaxNode): readonly string[] {
    return offspring(node, "LabelName").map((label) => this.#text(label));
  }

  #need(labels: Labels, wanted: readonly string[], where: string): void {
    for (const label of wanted) {
      if (labels?.has(label) !== true) this.problems.push(`no label ${label} in ${where}`);
    }
  }

  #selector(node: SyntaxNode, within: string): Labels {
    const identifier = node.getChild("Identifier");
    const name = identifier === null ? "" : this.#text(identifier);
    const known = this.#known.get(name);
    if (known === undefined) {
      this.problems.push(`no metric ${name}`);
      return new Set();
    }
    this.names.add(name);
    if (known.type === "counter" && !ofCounters.has(within))
      this.problems.push(`${name} is a counter and is not asked how it grows`);
    if (known.type === "gauge" && ofCounters.has(within))
      this.problems.push(`${name} is no counter, but ${within} is asked of it`);
    for (const matcher of offspring(node, "UnquotedLabelMatcher")) this.#matcher(matcher, name);
    return known.labels;
  }

  #matcher(node: SyntaxNode, name: string): void {
    const known = this.#known.get(name);
    const [label = ""] = this.#names(node);
    this.#need(known?.labels ?? null, [label], name);
    const [literal] = offspring(node, "StringLiteral");
    const value = literal === undefined ? "" : this.#text(literal).slice(1, -1);
    const isRegex = offspring(node, "EqlRegex").length + offspring(node, "NeqRegex").length > 0;
    const values = known?.values.get(label);
    if (values === undefined || value === anyValue) return;
    for (const one of isRegex ? value.split("|") : [value]) {
      if (!values.has(one)) this.problems.push(`${label} of ${name} is never ${one}`);
    }
  }

  #call(node: SyntaxNode): Labels {
    const [head, body] = children(node);
    const name = head === undefined ? "" : this.#text(head);
    const args = body === undefined ? [] : children(body);
    const labels = args.map((arg) => this.read(arg, name)).find((found) => found !== null) ?? null;
    const isRange = args.some((arg) => ["MatrixSelector", "SubqueryExpr"].includes(arg.name));
    if (name.endsWith("_over_time") || ofCounters.has(name)) {
      if (!isRange) this.problems.push(`${name} wants a range`);
    } else if (isRange) this.problems.push(`${name} wants no range`);
    if (name === "vector" || name === "time") return name === "time" ? null : new Set();
    if (name !== "histogram_quantile") return labels;
    this.#need(labels, ["le"], "what histogram_quantile is asked of");
    return new Set([...(labels ?? [])].filter((label) => label !== "le"));
  }

  #aggregate(node: SyntaxNode): Labels {
    const body = node.getChild("FunctionCallBody");
    const operator = this.#text(node.firstChild ?? node);
    const args = body === null ? [] : children(body);
    const inner = args.map((arg) => this.read(arg, operator)).at(-1) ?? null;
    const modifier = node.getChild("AggregateModifier");
    if (modifier === null) return keepsLabels.has(operator) ? inner : new Set();
    const named = this.#names(modifier);
    this.#need(inner, named, this.#text(node));
    if (keepsLabels.has(operator)) return inner;
    if (modifier.getChild("By") !== null) return new Set(named);
    return new Set([...(inner ?? [])].filter((label) => !named.includes(label)));
  }

  #binary(node: SyntaxNode): Labels {
    const [first, ...others] = children(node);
    const last = others.at(-1);
    if (first === undefined || last === undefined) return null;
    const [left, right] = [this.read(first, ""), this.read(last, "")];
    if (left === null || right === null) return left ?? right;
    const clause = node.getChild("MatchingModifierClause");
    const isSet = others.some(({ name }) => ["And", "Or", "Unless"].includes(name));
    if (clause === null) {
      const same = left.size === right.size && [...left].every((label) => right.has(label));
      const orNumber = right.size === 0 && node.getChild("Or") !== null;
      if (!same && !orNumber) this.problems.push(`sides have other labels: ${this.#text(node)}`);
      return left;
    }
    const named = this.#names(clause.getChild("GroupingLabels") ?? clause);
    for (const side of [left, right]) this.#need(side, named, this.#text(node));
    return isSet || clause.getChild("GroupLeft") !== null ? left : new Set(named);
  }

  /** The labels of an expression's result; `within` is the function or operator that it is given to. */
  read(node: SyntaxNode, within: string): Labels {
    switch (node.name) {
      case "VectorSelector":
        return this.#selector(node, within);
      case "FunctionCall":
        return this.#call(node);
      case "AggregateExpr":
        return this.#aggregate(node);
      case "BinaryExpr":
        return this.#binary(node);
      case "NumberDurationLiteral":
      case "StringLiteral":
        return null;
      case "MatrixSelector":
      case "ParenExpr":
      case "UnaryExpr":
      case "OffsetExpr":
      case "SubqueryExpr":
      case "StepInvariantExpr": {
        const inner = children(node).find(({ type }) => type.is("Expr"));
        if (inner !== undefined) return this.read(inner, within);
        break;
      }
      default:
    }
    this.problems.push(`can't be read: ${this.#text(node)}`);
    return null;
  }
}

/** Reads an expression in which every variable has been filled in. */
export function readPromQl(expr: string, known: ReadonlyMap<string, KnownSeries>): Reading {
  const top = parser.parse(expr).topNode;
  const reader = new Reader(expr, known);
  if (offspring(top, "⚠").length > 0 || top.firstChild === null)
    return { problems: [`no PromQL: ${expr}`], labels: null, names: new Set() };
  const labels = reader.read(top.firstChild, "");
  return { problems: reader.problems, labels, names: reader.names };
}
