import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import { startProgram } from "../support/e2e-lines.ts";
import { ownNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import {
  followAttempts,
  followRecords,
  headersOf,
  jobOf,
  jobsOf,
  recordsOf,
} from "../support/e2e-records.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

describe("dead jobs of a receiver that answers again", () => {
  test("are replayed: each arrives once, under its webhook-id, as a first attempt", async () => {
    const { env, topics } = ownNames(stack, "replay-dead");
    await mustRun(["topics", "apply"], { env });
    let status = 500;
    await using hooks = await startHooks(() => status);
    await using platform = await createPlatform(stack, topics);
    await using attempts = await followAttempts(stack, topics.attempts);
    const tenantId = newTenantId();
    const [one, another] = ["/one", "/another"].map((path) =>
      triggerOf({ tenantId, url: `${hooks.url}${path}`, action: { retries: 0 } }),
    ) as [ReturnType<typeof triggerOf>, ReturnType<typeof triggerOf>];
    await platform.putTrigger(one);
    await using service = await startReadyService(env);
    await service.hasApplied(await platform.putTrigger(another));
    await platform.call(...callsOf(4, tenantId));
    await attempts.until(() => attempts.all.length === 8);
    const failed = hooks.all.filter(({ path }) => path === "/one").map(({ id }) => id);

    status = 200;
    const args = ["replay", "dead", "--trigger", one.triggerId, "--reason", "status"];
    const dryRun = await mustRun(args, { env });
    expect(dryRun).toMatch(/^replay dead-[0-9a-f]{12}: 4 jobs to replay, of 8 records$/m);
    expect(dryRun).toMatch(/^status +4$/m);
    expect(dryRun).toMatch(new RegExp(`^${one.triggerId} +4$`, "m"));
    expect(dryRun).toContain("Run it again with --yes");
    expect(await jobsOf(stack, topics.jobs)).toHaveLength(8);

    expect(await mustRun([...args, "--yes"], { env })).toContain("replayed 4 jobs");
    await hooks.until(() => hooks.all.length === 12);
    const arrived = hooks.all.slice(8);
    expect(arrived.map(({ id }) => id).sort()).toEqual(failed.sort());
    expect(arrived.every(({ path, attempt }) => path === "/one" && attempt === 1)).toBe(true);

    expect(await mustRun([...args, "--yes"], { env })).toContain("nothing left to do");
    const jobs = await recordsOf(stack, topics.jobs);
    const replayed = jobs.filter((record) => "onhook-replay" in headersOf(record));
    expect([jobs.length, replayed.length]).toEqual([12, 4]);
    expect(await service.stop()).toBe(0);
    expect(hooks.all).toHaveLength(12);
  });
});

const jobType = avroTypeOf(schemaFile("delivery-job"));

/** Dead jobs as the deliver role writes them, and one record that is none. */
async function writeDead(
  { topics, env }: ReturnType<typeof ownNames>,
  count: number,
): Promise<string[]> {
  await mustRun(["topics", "apply"], { env });
  await using platform = await createPlatform(stack, topics);
  const schemaId = await platform.register(topics.dead, schemaFile("delivery-job"));
  const ids = Array.from({ length: count }, () => randomUUID());
  const job = (jobId: string): Buffer =>
    wireBytes(
      schemaId,
      jobType.toBuffer({
        jobId,
        triggerId: "trigger",
        tenantId: "tenant",
        cdrId: "call",
        call: Buffer.from("the call"),
        cdrTopic: topics.cdr,
        cdrPartition: 0,
        cdrOffset: 0,
        cdrTimestamp: 1,
        triggersOffset: -1,
      }),
    );
  await Promise.all(ids.map((id) => platform.send(topics.dead, id, job(id))));
  await platform.send(topics.dead, "no job", Buffer.from("no job"));
  return ids.sort();
}

describe("a replay that is killed again and again", () => {
  test("is continued by the next run, and every job stands in the jobs' topic exactly once", async () => {
    const names = ownNames(stack, "replay-killed");
    const { env, topics } = names;
    const ids = await writeDead(names, 300);
    await using jobs = await followRecords(stack, topics.jobs);
    const args = ["replay", "dead", "--all", "--yes"];
    for (const count of [1, 40, 110]) {
      await using killed = startProgram([...args, "--rate", "80"], env);
      await jobs.until(() => jobs.all.length >= count);
      expect(await killed.stop("SIGKILL")).toBe("SIGKILL");
    }
    expect((await jobsOf(stack, topics.jobs)).length).toBeLessThan(300);
    const { status, stdout } = await runProgram([...args, "--rate", "5000"], { env });
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^continued at ${topics.dead}/\\d offset \\d+`, "m"));
    expect(stdout).toMatch(/^replayed \d+ jobs, 1 skipped/m);
    // A commit is answered a moment before all that it has written can be read.
    await jobs.until(() => jobs.all.length >= 300);
    expect(await mustRun(args, { env })).toContain("nothing left to do");
    expect(jobs.all.map((record) => jobOf(record).jobId).sort()).toEqual(ids);
    expect((await jobsOf(stack, topics.jobs)).map(({ jobId }) => jobId).sort()).toEqual(ids);
  });
});

describe("`onhook replay dead`", () => {
  test("ends at its limit, and goes on there", async () => {
    const names = ownNames(stack, "replay-limit");
    const ids = await writeDead(names, 12);
    const { env, topics } = names;
    const args = ["replay", "dead", "--tenant", "tenant", "--yes", "--rate", "1000"];
    await using jobs = await followRecords(stack, topics.jobs);
    const first = await mustRun([...args, "--limit", "5"], { env });
    expect(first).toContain("replayed 5 jobs");
    expect(first).toContain("The limit is reached");
    await jobs.until(() => jobs.all.length >= 5);
    expect(await mustRun(args, { env })).toContain("replayed 7 jobs");
    await jobs.until(() => jobs.all.length >= 12);
    expect(jobs.all.map((record) => jobOf(record).jobId).sort()).toEqual(ids);
  });

  test("wants to be told which, and refuses what makes no sense", async () => {
    const { env } = ownNames(stack, "replay-refused");
    const refused = async (...args: string[]): Promise<string> => {
      const { status, stderr } = await runProgram(["replay", "dead", ...args], { env });
      expect(status).toBe(1);
      return stderr;
    };
    expect(await refused("--yes")).toContain("--all for all of them");
    expect(await refused("--all", "--id", "a b")).toContain("The id of a replay");
    expect(await refused("--all", "--yes", "--dry-run")).toContain("cannot be used with");
    expect(await refused("--from", "yesterday")).toContain("2026-11-21T10:00:00Z");
    expect(await refused("--all")).toContain("does not exist");
  });
});
