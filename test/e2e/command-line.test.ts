import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { ownNames, plainEnv } from "../support/e2e-names.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "command-line");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "command-line-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const commands = [
  "",
  "run",
  "health",
  "demo",
  "sandbox",
  "topics",
  "topics apply",
  "trigger",
  "trigger list",
  "trigger get",
  "trigger put",
  "trigger delete",
  "dead",
  "dead list",
  "bench",
  "bench match",
  "bench deliver",
  "bench latency",
];

test.concurrent.each(commands)("`onhook %s --help` says how it is used", async (command) => {
  const args = command.split(" ").filter((word) => word !== "");
  const { status, stdout, stderr } = await runProgram([...args, "--help"], { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(`Usage: ${["onhook", ...args].join(" ")} `);
});

test("the help names every command", async () => {
  const help = await mustRun(["--help"], { env });
  for (const command of commands) expect(help).toContain(command.split(" ", 1)[0]);
});

test.concurrent.each([
  [["nonsense"], "error: unknown command 'nonsense'"],
  [["trigger", "nonsense"], "error: unknown command 'nonsense'"],
  [["run", "--nonsense"], "error: unknown option '--nonsense'"],
  [["trigger", "get"], "error: missing required argument 'triggerId'"],
  [["trigger", "list", "extra"], "error: too many arguments for 'list'"],
  [["demo", "--calls", "many"], "option '--calls <n>' argument 'many' is invalid"],
  [["run", "--roles", "match,cook"], "There is no role cook; there are match, deliver, admin."],
])("`onhook %s` fails and says what is wrong", async (args, message) => {
  const { status, stdout, stderr } = await runProgram(args, { env });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr.split("\n", 1)[0]).toContain(message);
});

test.concurrent.each([[""], ["trigger"], ["topics"], ["dead"]])(
  "`onhook %s` alone shows the help and fails",
  async (command) => {
    const args = command === "" ? [] : [command];
    const { status, stdout, stderr } = await runProgram(args, { env });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^Usage: onhook/);
  },
);

test("--print-config shows the settings in force as a settings file, with secrets masked", async () => {
  const file = join(folder, "onhook.yaml");
  await writeFile(file, "log: {level: warn}\nkafka: {clientId: of-the-file}\n");
  const secret = "sesame-open";
  const settings = {
    ...plainEnv(),
    ONHOOK_KAFKA_CLIENT_ID: "of-the-environment",
    ONHOOK_KAFKA_SASL_MECHANISM: "plain",
    ONHOOK_KAFKA_SASL_USERNAME: "me",
    ONHOOK_KAFKA_SASL_PASSWORD: secret,
    ONHOOK_REGISTRY_USERNAME: "me too",
    ONHOOK_REGISTRY_PASSWORD: secret,
  };
  const printed = await mustRun(["--config", file, "--print-config"], { env: settings });
  expect(printed).not.toContain(secret);
  expect(parse(printed)).toMatchObject({
    kafka: { clientId: "of-the-environment", sasl: { password: "***" } },
    registry: { password: "***" },
    log: { level: "warn" },
    http: { port: 8080 },
  });
  const again = join(folder, "again.yaml");
  await writeFile(again, printed);
  expect(await mustRun(["--config", again, "--print-config"], { env: plainEnv() })).toBe(printed);
});

test("all mistakes in the settings are told at once, each with its place", async () => {
  const file = join(folder, "bad.yaml");
  await writeFile(file, "kafka:\n  brokerz: [a:1]\ndelivery:\n  timeoutMs: soon\n");
  const { status, stderr } = await runProgram(["--config", file, "run"], {
    env: { ...plainEnv(), ONHOOK_HTTP_PORTT: "1", ONHOOK_LOG_LEVEL: "loud" },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^onhook: The settings are not valid:\n(- .+\n){4}$/);
  expect(stderr).toContain(`- kafka.brokerz (${file} line 2): there is no such setting`);
  expect(stderr).toContain(`- delivery.timeoutMs (${file} line 4): given "soon", allowed: `);
  expect(stderr).toContain("- ONHOOK_HTTP_PORTT (environment): there is no such setting; did you");
  expect(stderr).toContain('- log.level (ONHOOK_LOG_LEVEL): given "loud", allowed: one of');
});

test("`onhook run` with a file for the history in a folder that is missing fails with one sentence that names the setting", async () => {
  const file = join(folder, "missing", "history.db");
  const { status, stdout, stderr } = await runProgram(["run"], {
    env: { ...env, ONHOOK_HISTORY_FILE: file },
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(`onhook: history.file names ${file}, which can not be used: ENOENT`);
});

test.concurrent.each([
  ["topics", "apply"],
  ["trigger", "list"],
  ["dead", "list"],
])(
  "`onhook %s %s` without a broker fails with one sentence that names the setting",
  async (...args) => {
    const { status, stdout, stderr } = await runProgram(args, {
      env: { ...env, ONHOOK_KAFKA_BROKERS: "127.0.0.1:1" },
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^onhook: The brokers of kafka\.brokers \(127\.0\.0\.1:1\) can not be reached: [^\n]+\n$/,
    );
  },
);

test("before `topics apply` the other commands say that it is missing", async () => {
  const unapplied = ownNames(stack, "unapplied").env;
  const { status, stderr } = await runProgram(["trigger", "list"], { env: unapplied });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^onhook: [^\n]*`onhook topics apply`[^\n]*\n$/);
});

test("`topics apply` creates what is missing, changes nothing the second time, and tells what differs", async () => {
  const first = (await mustRun(["topics", "apply"], { env })).trimEnd().split("\n");
  expect(first).toContain(`+ created    ${topics.cdr}: 6 partitions, delete`);
  expect(first.every((line) => line.startsWith("+ "))).toBe(true);
  const second = (await mustRun(["topics", "apply"], { env })).trimEnd().split("\n");
  expect(second).toHaveLength(first.length);
  expect(second.filter((line) => !line.startsWith("= unchanged  "))).toEqual([]);
  const other = {
    ...env,
    ONHOOK_TOPICS_CDR_PARTITIONS: "9",
    ONHOOK_TOPICS_DEAD_RETENTION_DAYS: "1",
  };
  const told = (await mustRun(["topics", "apply"], { env: other })).split("\n");
  expect(told.filter((line) => line.startsWith("! "))).toEqual([
    `! differs    ${topics.cdr}: it has 6 partitions, the settings say 9. Left as it is.`,
    `! differs    ${topics.dead}: its retention.ms is ${90 * 86_400_000}, the settings say 86400000. Left as it is.`,
  ]);
  const after = await mustRun(["topics", "apply"], { env });
  expect(after.trimEnd().split("\n")).toEqual(second);
});
