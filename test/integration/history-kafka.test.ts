import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { HistoryEvent } from "../../src/history/history-events.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { attemptOf } from "../history/attempt-of.ts";
import { damage, ownFile } from "../sqlite/history-under-test.ts";
import { Collected } from "../contracts/collected.ts";
import { kafkaLog } from "../contracts/log-under-test.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { useStack } from "../support/stack.ts";

const program = fileURLToPath(new URL("../support/history-process.ts", import.meta.url));
const now = Date.now();

interface Remembering {
  /** Resolves with the first event that is so, of those to come too. */
  until<Type extends HistoryEvent["type"]>(
    type: Type,
    isSo?: (event: Extract<HistoryEvent, { type: Type }>) => boolean,
  ): Promise<Extract<HistoryEvent, { type: Type }>>;
  /** Resolves once so many attempts are there. */
  untilAttempts(count: number): Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
}

function remember(names: OwnNames, file: string): Remembering {
  const env = { ...names.env, ONHOOK_HISTORY_FILE: file };
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const told: HistoryEvent[] = [];
  const collected = new Collected();
  createInterface(child.stdout).on("line", (line) => {
    told.push(JSON.parse(line) as HistoryEvent);
    collected.changed();
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  onTestFinished(() => end("SIGKILL"));
  const until: Remembering["until"] = async (type, isSo = () => true) => {
    type Wanted = Parameters<typeof isSo>[0];
    const find = () => told.find((event) => event.type === type && isSo(event as Wanted));
    await collected.until(() => find() !== undefined);
    return find() as Wanted;
  };
  return {
    until,
    async untilAttempts(count) {
      await until("history.surveyed", ({ attempts }) => attempts >= count);
    },
    end,
  };
}

interface Ground {
  readonly names: OwnNames;
  readonly file: string;
  readonly write: (attempts: readonly DeliveryAttempt[]) => Promise<void>;
}

async function prepare(settings: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const stack = useStack();
  const names = ownNames(stack, "history", settings);
  await mustRun(["topics", "apply"], { env: names.env });
  const platform = await createPlatform(stack, names.topics);
  const schema = schemaFile("delivery-attempt");
  const id = await platform.register(names.topics.attempts, schema);
  await platform[Symbol.asyncDispose]();
  const type = avroTypeOf(schema);
  return {
    names,
    file: ownFile(),
    async write(attempts) {
      await using writer = kafkaLog().writer();
      await Promise.all(
        attempts.map((attempt) =>
          writer.write({
            topic: names.topics.attempts,
            key: attempt.tenantId,
            value: wireBytes(id, type.toBuffer(attempt)),
          }),
        ),
      );
    },
  };
}

/** As many attempts, of which one in three is the second of its job. */
function attemptsOf(from: number, count: number, begin = now): DeliveryAttempt[] {
  return Array.from({ length: count }, (_, each) => {
    const number = from + each;
    const isRetry = number % 3 === 2;
    return attemptOf({
      tenantId: `t${number % 7}`,
      cdrId: `call-${isRetry ? number - 1 : number}`,
      // A retry is its job's, and so its tenant's.
      ...(isRetry && { tenantId: `t${(number - 1) % 7}`, attempt: 2 }),
      outcome: number % 3 === 1 ? "failed" : "delivered",
      at: begin + number,
    });
  });
}

/** What the file holds, by SQL that has nothing to do with the service's. */
function booksOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  const one = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
  const books = {
    attempts: one("SELECT count(*) FROM attempts"),
    deliveries: one("SELECT count(*) FROM deliveries"),
    counted: one("SELECT sum(attempts) FROM deliveries"),
    tallied: one("SELECT sum(delivered + failed + dead + cancelled) FROM tallies"),
    read: one("SELECT sum(next) FROM positions WHERE topic LIKE '%.attempts'"),
    open: one("SELECT count(*) FROM deliveries WHERE state = 1"),
  };
  db.close();
  return books;
}

test("a process that is killed while it is fed goes on, and in the end everything counts once", async () => {
  const { names, file, write } = await prepare();
  const total = 12_000;
  const writing = (async () => {
    for (let from = 0; from < total; from += 1500) await write(attemptsOf(from, 1500));
  })();
  for (const count of [1, 4000, 9000]) {
    const remembering = remember(names, file);
    await remembering.untilAttempts(count);
    await remembering.end("SIGKILL");
  }
  await writing;
  const last = remember(names, file);
  expect((await last.until("history.opened")).rebuild).toBeNull();
  await last.untilAttempts(total);
  await last.end("SIGTERM");
  expect(booksOf(file)).toEqual({
    attempts: total,
    deliveries: (total / 3) * 2,
    counted: total,
    tallied: total,
    read: total,
    open: 0,
  });
}, 300_000);

test("a file that was damaged while the process was away is made anew from the topic", async () => {
  const { names, file, write } = await prepare();
  await write(attemptsOf(0, 3000));
  const first = remember(names, file);
  await first.untilAttempts(3000);
  await first.end("SIGTERM");
  damage(file);
  const second = remember(names, file);
  expect((await second.until("history.opened")).rebuild).toBe("damaged");
  await second.untilAttempts(3000);
  await second.end("SIGTERM");
  expect(booksOf(file)).toMatchObject({ attempts: 3000, tallied: 3000, read: 3000 });
});

test("where the topic was made anew, what is known stays and the new one is read from its begin", async () => {
  const { names, file, write } = await prepare();
  const log = kafkaLog();
  await write(attemptsOf(0, 3000));
  const first = remember(names, file);
  await first.untilAttempts(3000);
  await first.end("SIGTERM");
  await log.deleteTopic(names.topics.attempts);
  await expect
    .poll(
      () =>
        log.createTopic(names.topics.attempts, 2).then(
          () => true,
          () => false,
        ),
      {
        timeout: 30_000,
      },
    )
    .toBe(true);
  await write(attemptsOf(2997, 30));
  const second = remember(names, file);
  await second.until("history.rewound");
  await second.untilAttempts(3027);
  await second.end("SIGTERM");
  expect(booksOf(file)).toMatchObject({ attempts: 3027, counted: 3027, tallied: 3027 });
});

test("records that are older than history.maxAgeDays, and what was deleted unread, hold nothing up", async () => {
  const { names, file, write } = await prepare({
    ONHOOK_HISTORY_MAX_AGE_DAYS: "1",
    ONHOOK_TOPICS_ATTEMPTS_PARTITIONS: "1",
  });
  await write(attemptsOf(0, 300));
  const first = remember(names, file);
  await first.untilAttempts(300);
  await first.end("SIGTERM");
  await write(attemptsOf(300, 30, now - 2 * 86_400_000));
  await write(attemptsOf(900, 30));
  await kafkaLog().deleteBefore({ topic: names.topics.attempts, partition: 0 }, 310);
  const second = remember(names, file);
  expect((await second.until("history.records-lost")).count).toBe(10);
  await second.untilAttempts(330);
  await second.end("SIGTERM");
  expect(booksOf(file)).toMatchObject({ attempts: 330, read: 360 });
});
