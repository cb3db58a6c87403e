import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { auditCommands } from "../src/command-line/audit-commands.ts";
import { configurationCommands } from "../src/command-line/configuration-commands.ts";
import { deadCommands } from "../src/command-line/dead-commands.ts";
import { explainCommands } from "../src/command-line/explain-commands.ts";
import { replayCommands } from "../src/command-line/replay-commands.ts";
import { serviceCommands } from "../src/command-line/service-commands.ts";
import { codeBlocks, documents, readRepository } from "./support/markdown.ts";

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

const lines = documents()
  .filter((path) => path.startsWith("docs/runbooks/"))
  .flatMap((path) => commandsOf(path).map((line) => ({ path, line })));

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
