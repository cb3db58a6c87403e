import { mkdirSync, writeFileSync } from "node:fs";
import { createSeededRandom } from "../../src/sandbox/seeded-random.ts";
import type { AuditReport } from "../../src/audit/audit-report.ts";
import { createTopicAdmin } from "../../src/kafka/topic-admin.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { SeededRandom } from "../../src/sandbox/seeded-random.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames, StackAddress } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { settle } from "../accounts/account.ts";
import type { Account, End } from "../accounts/account.ts";
import { createNotebook, gatherEvidence, idsOfSeveralJobs } from "./evidence.ts";
import type { Notebook } from "./evidence.ts";
import { createFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { recordedBy } from "./watching.ts";
import { createLoad, ownTenant, sampleConfiguration } from "./load.ts";
import type { Configuration, Load } from "./load.ts";
import { startPulse } from "./pulse.ts";
import { testClient, untilQuiet } from "./quiet.ts";
import type { Reach } from "./quiet.ts";
import { startReceivers } from "./receivers.ts";
import type { Receivers } from "./receivers.ts";
import { repeatsOf, untilRecorded } from "../accounts/request-log.ts";
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
  readonly notebook: Notebook;
  /** Webhooks that a scenario destroys on purpose, before anybody could read of them. */
  readonly destroyed: Set<string>;
  /** Jobs whose records a scenario deletes on purpose, done ones included: whoever deletes some deletes all before them. */
  readonly deleted: Set<string>;
  /** Has some jobs on the ladder whose trigger is deleted at `part` of the load; needs processes that run. */
  withdrawOneTriggerAt(part: number): Promise<() => Promise<void>>;
  /** Waits until nothing is left to do, or only no call to match. */
  quiet(reach?: Reach): Promise<void>;
  /** The service's own account: `onhook audit`. */
  audit(): Promise<AuditReport>;
  /** The account of all that was seen. */
  account(): Promise<Account & Repeats>;
  /** Deletes its topics: with those of many runs a broker takes a minute to start. */
  deleteTopics(): Promise<void>;
}

const partitions = 6;
const quietDeadlineMs = 150_000;
const withdrawnCalls = 30;
const logFolder = new URL("../../.cache/faults/logs/", import.meta.url);

const settings = {
  ONHOOK_TOPICS_CDR_PARTITIONS: String(partitions),
  ONHOOK_TOPICS_JOBS_PARTITIONS: String(partitions),
  ONHOOK_TOPICS_RETRY_PARTITIONS: "2",
  ONHOOK_DELIVERY_TIMEOUT_MS: "3000",
};

/** For whoever has to find out what went wrong. */
function keepLogs(fleet: Fleet, receivers: Receivers, noted: Notebook, name: string): void {
  mkdirSync(logFolder, { recursive: true });
  const seen = {
    disturbances: fleet.disturbances(),
    requests: receivers.requests,
    calls: [...noted.calls].map(([place, { cdr }]) => ({ place, cdrId: cdr.id })),
    jobs: [...noted.jobs].map(([place, { jobId, origin }]) => ({ place, jobId, origin })),
  };
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
  const tenant = { ...ownTenant, tenantId: withdrawn.tenantId };
  const configuration: Configuration = {
    tenants: [...basic.tenants, tenant],
    triggers: [...basic.triggers, withdrawn],
    endsOf: new Map<string, readonly End[]>([
      ...basic.endsOf,
      [withdrawn.triggerId, ["cancelled", "dead"]],
    ]),
  };
  await publish(platform, configuration);
  const client = testClient(stack);
  const pulseTopic = `${names.topics.cdr}.pulse`;
  await createTopicAdmin(client, systemClock).create(
    [{ topic: pulseTopic, partitions: 1, settings: {} }],
    -1,
  );
  const pulse = await startPulse(client, pulseTopic);
  const fleet = createFleet(names.env, [names.groups.deliver, names.groups.retry], pulse);
  const load = createLoad(platform, {
    random,
    calls: options.calls ?? 2000,
    rate: options.rate ?? 250,
    partitions,
    first: basic.firstCalls ?? [],
  });
  const others = callsOf(withdrawnCalls, withdrawn.tenantId);
  const notebook = createNotebook(stack, names.topics, [...load.calls, ...others]);

  return {
    random,
    stack,
    names,
    platform,
    receivers,
    fleet,
    load,
    notebook,
    destroyed: new Set(),
    deleted: new Set(),
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
    quiet: (reach = "all") => untilQuiet(stack, names, reach, quietDeadlineMs),
    async audit() {
      const { stdout, stderr } = await runProgram(["audit", "--json", "--limit", "10000"], names);
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout) as AuditReport;
    },
    async account() {
      await notebook.look();
      const evidence = await gatherEvidence(
        stack,
        names.topics,
        notebook,
        configuration,
        receivers,
      );
      const several = idsOfSeveralJobs(notebook);
      const single = receivers.requests.filter(({ id }) => !several.has(id));
      const held = untilRecorded(single, fleet.all.flatMap(recordedBy));
      return { ...settle(evidence), ...repeatsOf(held, fleet.disturbances()) };
    },
    deleteTopics: () =>
      withAdmin(client, async (admin) => {
        const prefix = names.topics.cdr.slice(0, -"cdr".length);
        const ours = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
        // The pulse goes on to the end.
        const topics = ours.filter((topic) => topic !== pulseTopic);
        await admin.deleteTopics({ topics });
      }),
    async [Symbol.asyncDispose]() {
      keepLogs(fleet, receivers, notebook, `${scenario}-${seed}`);
      await fleet[Symbol.asyncDispose]();
      await pulse[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
      await receivers[Symbol.asyncDispose]();
    },
  };
}
