import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ownNames, plainEnv } from "../support/e2e-names.ts";
import { mustRun, repository } from "../support/e2e-program.ts";
import { followRecords, jobOf } from "../support/e2e-records.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { codeBlocks, codeWords, readRepository, tableRows } from "../support/markdown.ts";
import { useStack } from "../support/stack.ts";

interface Command {
  readonly name: string;
  readonly help: string;
}

/** Every command that does something by itself, found by asking each for its help. */
async function commandsBelow(words: readonly string[]): Promise<readonly Command[]> {
  const help = await mustRun([...words, "--help"], { env: plainEnv() });
  const list = /^Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? "";
  const names = [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = ""]) => name);
  if (names.length === 0) return [{ name: words.join(" "), help }];
  const below = names
    .filter((name) => name !== "help")
    .map((name) => commandsBelow([...words, name]));
  return (await Promise.all(below)).flat();
}

/** Runs the program of a document, in the folder where it says to, to its end. */
async function runCode(code: string, env: Readonly<Record<string, string>>): Promise<void> {
  const program = spawn(process.execPath, ["--input-type=module"], {
    cwd: repository,
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  program.stdin.end(code);
  expect(await once(program, "exit")).toEqual([0, null]);
}

test("README.md lists the commands that there are, and options that they have", async () => {
  const commands = await commandsBelow([]);
  const rows = tableRows(readRepository("README.md"), ["command", "what it does"]);
  expect(rows.map(([name]) => name)).toEqual(commands.map(({ name }) => `\`${name}\``));
  for (const [index, [, words = ""]] of rows.entries()) {
    const options = codeWords(words).filter((word) => word.startsWith("--"));
    const { help } = commands[index] as Command;
    expect(options.filter((option) => !help.includes(`  ${option}`))).toEqual([]);
  }
});

test("the way to an own Kafka ends in a job of the example trigger for the call of docs/topics.md", async () => {
  const stack = useStack();
  const { env, topics } = ownNames(stack, "readme");
  await mustRun(["topics", "apply"], { env });
  await mustRun(["trigger", "put", "docs/examples/trigger.yaml"], { env });
  await using jobs = await followRecords(stack, topics.jobs);
  // Without the deliver role: the example's receiver is none that a test may call.
  await using service = await startReadyService(env, ["--roles", "match"]);
  const [code = ""] = codeBlocks(readRepository("docs/topics.md"), "js");
  expect(code).toContain('"onhook.cdr"');
  await runCode(code.replaceAll("onhook.cdr", topics.cdr), env);
  await jobs.until(() => jobs.all.length > 0);
  expect(jobs.all.map((record) => jobOf(record).triggerId)).toEqual([
    "5a0e3c9e-8d5b-4c55-9a57-0a7f6d0c2b11",
  ]);
  expect(await service.stop()).toBe(0);
});
