import { mkdirSync, writeFileSync } from "node:fs";
import { createSeededRandom } from "../../src/sandbox/seeded-random.ts";
import type { SeededRandom } from "../../src/sandbox/seeded-random.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { expectedWebhooks } from "../support/e2e-expected.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames, StackAddress } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { attemptsOf, jobsOf, recordsOf } from "../support/e2e-records.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { settle } from "../accounts/account.ts";
import type { Account, End, Evidence, Expected } from "../accounts/account.ts";
import { createFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { createLoad, sampleConfiguration } from "./load.ts";
import type { Configuration, Load } from "./load.ts";
import { untilQuiet } from "./quiet.ts";
import { startReceivers } from "./receivers.ts";
import type { Receivers } from "./receivers.ts";
import { repeatsOf } from "../accounts/request-log.ts";
import type { Repeats } from "../accounts/request-log.ts";

export interface WorldOptions {
  readonly scenario: string;
  readonly seed: number;
  readonly stack: StackAddress;
  /** 2,000 otherwise. */
  readonly calls?: number;
  /** Calls a second; 250 otherwise. */
  readonly rate?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** The demo's triggers otherwise. */
  readonly configuration?: (receivers: string) => Configuration;
}

/** Topics, processes, receivers and calls of one scenario, all its own. */
export interface World extends AsyncDisposable {
  readonly random: SeededRandom;
  readonly stack: StackAddress;
  readonly names: OwnNames;
  readonly platform: Platform;
  readonly receivers: Receivers;
  readonly fleet: Fleet;
  readonly load: Load;
  /** Has some jobs on the ladder whose trigger is deleted at `part` of the load; needs processes that run. */
  withdrawOneTriggerAt(part: number): Promise<() => Promise<void>>;
  /** Waits until nothing is left to do. */
  quiet(): Promise<void>;
  /** The account of all that was seen. */
  account(): Promise<Account & Repeats>;
}

const partitions = 6;
const quietDeadlineMs = 150_000;
const withdrawnCalls = 30;
const callType = avroTypeOf(schemaFile("call-ended"));
const logFolder = new URL("../../.cache/faults/logs/", import.meta.url);

const settings = {
  ONHOOK_TOPICS_CDR_PARTITIONS: String(partitions),
  ONHOOK_TOPICS_JOBS_PARTITIONS: String(partitions),
  ONHOOK_TOPICS_RETRY_PARTITIONS: "2",
  ONHOOK_DELIVERY_TIMEOUT_MS: "1500",
};

function callIdOf({ value }: LogRecord): string {
  const call = callType.fromBuffer((value as Buffer).subarray(5)) as CallEndedRecord;
  return call.cdr.id;
}

async function evidenceOf(
  { stack, names: { topics }, receivers }: Pick<World, "stack" | "names" | "receivers">,
  sent: readonly CallEndedRecord[],
  configuration: Configuration,
): Promise<Evidence> {
  const known = new Map(sent.map((call) => [call.cdr.id, call]));
  // What stands in the topic counts, not what was meant to: a call that was written twice is two calls.
  const calls = (await recordsOf(stack, topics.cdr)).map((record) => {
    const call = known.get(callIdOf(record));
    if (call === undefined) throw new Error(`a call that nobody sent: ${callIdOf(record)}`);
    return call;
  });
  const { triggers, tenants, endsOf } = configuration;
  const due = expectedWebhooks(calls, triggers, tenants);
  const expected = new Map(
    due.map(({ webhookId, trigger }): [string, Expected] => [
      webhookId,
      { webhookId, ends: endsOf.get(trigger.triggerId) ?? [] },
    ]),
  );
  const committed = (await jobsOf(stack, topics.jobs)).map((job) => ({
    jobId: job.jobId,
    origin: `${job.cdrPartition}/${job.cdrOffset} ${job.triggerId}`,
  }));
  const attempts = await attemptsOf(stack, topics.attempts);
  return {
    calls: calls.length,
    expected: [...expected.values()],
    committed,
    ended: attempts.flatMap(({ jobId, outcome }) =>
      outcome === "failed" ? [] : [{ jobId, outcome }],
    ),
    dead: new Set((await jobsOf(stack, topics.dead)).map(({ jobId }) => jobId)),
    requests: receivers.requests,
  };
}

/** For whoever has to find out what went wrong. */
function keepLogs(fleet: Fleet, receivers: Receivers, name: string): void {
  mkdirSync(logFolder, { recursive: true });
  const seen = { disturbances: fleet.disturbances(), requests: receivers.requests };
  writeFileSync(new URL(`${name}.json`, logFolder), JSON.stringify(seen));
  const lines = fleet.all.flatMap((member) =>
    member.log.map((line) => ({ process: member.name, ...line })),
  );
  lines.sort((a, b) => a.seenAt - b.seenAt);
  writeFileSync(
    new URL(`${name}.jsonl`, logFolder),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
}

async function publish(platform: Platform, { tenants, triggers }: Configuration): Promise<void> {
  for (const tenant of tenants) await platform.putTenant(tenant);
  for (const trigger of triggers) await platform.putTrigger(trigger);
}

function withdrawable(receivers: string): Trigger {
  return triggerOf({
    tenantId: newTenantId(),
    url: `${receivers}/broken/withdrawn`,
    action: { retries: 3 },
  });
}

/** Makes topics, configuration, receivers and calls; no process runs yet. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { scenario, seed, stack } = options;
  const random = createSeededRandom(seed);
  const names = ownNames(stack, scenario, { ...settings, ...options.settings });
  await mustRun(["topics", "apply"], names);
  const receivers = await startReceivers();
  const platform = await createPlatform(stack, names.topics);
  const basic = (options.configuration ?? sampleConfiguration)(receivers.url);
  const withdrawn = withdrawable(receivers.url);
  const tenant = {
    tenantId: withdrawn.tenantId,
    name: "of a test",
    maxTriggers: null,
    suspended: false,
  };
  const configuration: Configuration = {
    tenants: [...basic.tenants, tenant],
    triggers: [...basic.triggers, withdrawn],
    endsOf: new Map<string, readonly End[]>([
      ...basic.endsOf,
      [withdrawn.triggerId, ["cancelled", "dead"]],
    ]),
  };
  await publish(platform, configuration);
  const fleet = createFleet(names.env, [names.groups.deliver, names.groups.retry]);
  const load = createLoad(platform, {
    random,
    calls: options.calls ?? 2000,
    rate: options.rate ?? 250,
    partitions,
  });
  const others = callsOf(withdrawnCalls, withdrawn.tenantId);

  return {
    random,
    stack,
    names,
    platform,
    receivers,
    fleet,
    load,
    async withdrawOneTriggerAt(part) {
      const before = receivers.ids.size;
      await platform.callTo(random.between(0, partitions - 1), others);
      // By then all of them are matched: whether a call that comes beside a deletion still fires is nobody's promise.
      await receivers.until(() => receivers.ids.size >= before + withdrawnCalls);
      return async () => {
        await load.sentPart(part);
        await platform.deleteTrigger(withdrawn.triggerId);
      };
    },
    quiet: () => untilQuiet(stack, names, quietDeadlineMs),
    async account() {
      const evidence = await evidenceOf(
        { stack, names, receivers },
        [...load.calls, ...others],
        configuration,
      );
      return { ...settle(evidence), ...repeatsOf(evidence.requests, fleet.disturbances()) };
    },
    async [Symbol.asyncDispose]() {
      keepLogs(fleet, receivers, `${scenario}-${seed}`);
      await fleet[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
      await receivers[Symbol.asyncDispose]();
    },
  };
}
