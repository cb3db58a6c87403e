import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { auditCommands } from "../src/command-line/audit-commands.ts";
import { configurationCommands } from "../src/command-line/configuration-commands.ts";
import { deadCommands } from "../src/command-line/dead-commands.ts";
import { explainCommands } from "../src/command-line/explain-commands.ts";
import { replayCommands } from "../src/command-line/replay-commands.ts";
import { serviceCommands } from "../src/command-line/service-commands.ts";
import { loadConfig } from "../src/config.ts";
import { parse } from "yaml";
import { codeBlocks, codeWords, documents, readRepository, tableRows } from "./support/markdown.ts";

function program(): Command {
  const program = new Command("onhook").option("--print-config");
  const none = (): never => {
    throw new Error("nothing is run here");
  };
  serviceCommands(program, none, process.stdout);
  configurationCommands(program, none);
  deadCommands(program, none);
  replayCommands(program, none, process.stderr);
  explainCommands(program, none);
  auditCommands(program, none);
  return program;
}

/** The words of each `npx onhook …` of a document, up to where the shell's own signs begin. */
function commandsOf(document: string): readonly string[] {
  const lines = codeBlocks(readRepository(document), "sh").flatMap((block) => block.split("\n"));
  return lines.flatMap(
    (line) => /^npx onhook ([^|;#]+?)(?: >.*)?\s*(?:[|;#]|$)/.exec(line)?.[1] ?? [],
  );
}

/** What is wrong with a command line; "" where nothing is. Placeholders such as `<id>` stand for any value. */
function problemOf(line: string): string {
  const words = line.trim().split(/\s+/);
  let command = program();
  const { options } = command;
  while (command.commands.length > 0) {
    const word = words.shift();
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) return `there is no command ${String(word)}`;
    command = next;
  }
  const known = [...options, ...command.options];
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (!word.startsWith("--")) {
      if (command.registeredArguments.length === 0) return `${word} is an argument too many`;
      continue;
    }
    const option = known.find(({ long }) => long === word);
    if (option === undefined) return `there is no option ${word}`;
    if (!option.required) continue;
    const value = words.shift();
    if (value === undefined) return `${word} has no value`;
    if (!value.startsWith("<")) option.parseArg?.(value, undefined);
  }
  return "";
}

const index = "docs/runbooks/README.md";
const runbooks = documents().filter((path) => path.startsWith("docs/runbooks/"));
const lines = runbooks.flatMap((path) => commandsOf(path).map((line) => ({ path, line })));

describe("what is wrong with a command line", () => {
  it.each([
    ["audit --form 1h", "there is no option --form"],
    ["dead lst", "there is no command lst"],
    ["dead list now", "now is an argument too many"],
    ["dead list --limit", "--limit has no value"],
    ["trigger get <id>", ""],
  ])("of `onhook %s` is told: %s", (line, problem) => {
    expect(problemOf(line)).toBe(problem);
  });

  it("is told of a value that is out of range", () => {
    expect(() => problemOf("dead list --limit 0")).toThrow("from 1 to 1000000");
  });
});

describe("runbooks give only commands of Onhook that there are", () => {
  it.each(lines)("$path: onhook $line", ({ line }) => {
    expect(problemOf(line)).toBe("");
  });
});

describe("runbooks ask the registry", () => {
  const asking = runbooks.flatMap((path) =>
    codeBlocks(readRepository(path), "sh")
      .flatMap((block) => block.split("\n"))
      .filter((line) => line.includes("$REGISTRY/"))
      .map((line) => ({ path, line })),
  );

  it.each(asking)("with a login where there is one: $path: $line", ({ line }) => {
    expect(line).toContain('${REGISTRY_LOGIN:+-u "$REGISTRY_LOGIN"} "$REGISTRY/');
  });
});

interface RoleValues {
  readonly enabled: boolean;
  readonly heapMiB: number;
  /** As `512Mi`. */
  readonly resources: { readonly limits: { readonly memory: string } };
}

describe("the index of the runbooks says how to run commands in Kubernetes", () => {
  const inPod = /kubectl exec -i deploy\/(\S+) -- (node --max-old-space-size=(\d+) \S+) "\$@"/;
  const [, deployment = "", command = "", heap = ""] = inPod.exec(readRepository(index)) ?? [];

  it("as the image is made: with its Node, in its folder", () => {
    const dockerfile = readRepository("Dockerfile");
    const [, folder = ""] = /^WORKDIR (\/onhook)$/m.exec(dockerfile) ?? [];
    const [, entry = "[]"] = /^ENTRYPOINT (.+)$/m.exec(dockerfile) ?? [];
    const [node, ...options] = command.split(" ");
    expect([node, `${folder}/${options.at(-1)}`]).toEqual(JSON.parse(entry));
  });

  it("as the chart names its Deployments, and within the memory that it gives", () => {
    expect(readRepository("helm/onhook/templates/deployments.yaml")).toContain(
      'printf "%s-%s" (include "onhook.fullname" $) $role',
    );
    const { roles } = parse(readRepository("helm/onhook/values.yaml")) as {
      readonly roles: Readonly<Record<string, RoleValues>>;
    };
    const [, role = ""] = /^onhook-(\w+)$/.exec(deployment) ?? [];
    expect(roles).toHaveProperty([role, "enabled"], true);
    const { heapMiB = NaN, resources } = roles[role] ?? {};
    const [, number = "", unit = ""] = /^(\d+)(Mi|Gi)$/.exec(resources?.limits.memory ?? "") ?? [];
    const limit = Number(number) * (unit === "Gi" ? 1024 : 1);
    const calls = loadConfig({ env: {} }).history.recentCallsMegabytes;
    expect(heapMiB + calls + Number(heap)).toBeLessThan(limit);
  });

  it("with the rights that a command needs which writes", () => {
    const head = ["who", "reads", "writes", "groups", "transactional ids"];
    const rows = tableRows(readRepository("docs/operations.md"), head);
    const used = new Set(
      runbooks.flatMap((path) =>
        [...readRepository(path).matchAll(/npx onhook (\w+)(?: ([a-z]+))?/g)].map(
          ([, first = "", second = ""]) => `${first} ${second}`,
        ),
      ),
    );
    const writing = rows.flatMap(([who = "", , writes]) => {
      const [name = ""] = codeWords(who);
      const begin = name.replace(" …", " ");
      const isUsed = [...used].some((each) => each.startsWith(begin));
      return name !== "" && writes !== "–" && isUsed ? [begin] : [];
    });
    const needs = tableRows(readRepository(index), [
      "command",
      "topics",
      "groups",
      "transactional ids",
    ]).flatMap(([name = ""]) => codeWords(name));
    expect(writing.toSorted()).toEqual(["replay calls", "replay dead", "topics apply", "trigger "]);
    expect(writing.filter((name) => !needs.some((each) => each.startsWith(name)))).toEqual([]);
  });
});
