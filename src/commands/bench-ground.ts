import { loadCodec, loadCodecs } from "../app/codecs.ts";
import { createConnections, kafkaOptions } from "../app/connections.ts";
import type { Connections, Surroundings } from "../app/connections.ts";
import type { RecordCodec } from "../avro/record-codec.ts";
import type { BenchGround, Fired, Found } from "../benchmark/ground.ts";
import { ownGroups, ownPrefix, ownSettings } from "../benchmark/own-settings.ts";
import type { OwnSize } from "../benchmark/own-settings.ts";
import { startServiceProcess } from "../benchmark/service-process.ts";
import { untilStopped } from "../benchmark/until-stopped.ts";
import { loadConfig } from "../config.ts";
import { OnhookError } from "../errors.ts";
import { errandFailure } from "../kafka/broker-failure.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { newJob } from "../jobs/new-job.ts";
import { createRecordWriter } from "../kafka/record-writer.ts";
import type { RecordWriter } from "../kafka/record-writer.ts";
import { createTopicReader } from "../kafka/topic-reader.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import { subjectOf, wantedTopics } from "../wanted-topics.ts";
import { applyAll } from "./apply-topics.ts";
import { removeGround } from "./bench-remove.ts";
import { surroundingsOf } from "./context.ts";
import type { CommandContext } from "./context.ts";

export interface GroundOptions extends OwnSize {
  /** Begin of the names of all topics, groups and transactional ids; a hyphen and something random follow. */
  readonly namePrefix: string;
  /** What the brokers have spent, in s of processor time, where they are at hand. */
  readonly brokerCpu?: () => number;
  /** For Node, where processes of the service are to be looked into. */
  readonly nodeArgs?: readonly string[];
}

/** The settings in force, but for those that make them a benchmark's. Throws CONFIG_INVALID. */
export function benchContext(
  context: CommandContext,
  prefix: string,
  size: OwnSize,
): CommandContext {
  const { configFile } = context;
  const env = {
    ...context.env,
    ...(configFile !== undefined && { ONHOOK_CONFIG: configFile }),
    ...ownSettings(prefix, size),
  };
  return { ...context, env, config: loadConfig({ env }) };
}

interface Parts {
  readonly context: CommandContext;
  readonly around: Surroundings;
  readonly connections: Connections;
  readonly prefix: string;
  readonly writer: RecordWriter;
  readonly options: GroundOptions;
}

/** The job that match would make of a call whose value is this, and that stands in no topic. */
function jobOf({ call, triggerId }: Fired, topic: string, value: Buffer): DeliveryJob {
  const timestamp = Date.now();
  const record = { topic, partition: 0, offset: 0, timestamp, key: null, value, headers: {} };
  // Whoever is ready has read all triggers: nothing is to be waited for.
  return newJob({ record, value, call, triggerId, triggersOffset: -1 });
}

async function groundOf(parts: Parts): Promise<BenchGround> {
  const { context, around, connections, prefix, writer, options } = parts;
  const { nodeArgs = [], brokerCpu } = options;
  const { config, env, self, stop: signal } = context;
  const codecs = await loadCodecs(around, connections);
  const { cdr, triggers: triggersTopic, jobs, attempts } = config.topics;
  const calls = await loadCodec<CallEndedRecord>("CallEnded", cdr.name, connections);

  function writeAll<T>(
    topic: string,
    of: readonly T[],
    keyOf: (each: T) => string,
    encode: (value: T) => Buffer,
  ) {
    const writes = of.map((each) => writer.write({ topic, key: keyOf(each), value: encode(each) }));
    return untilStopped(signal, Promise.all(writes));
  }

  async function readAll<T>(topic: string, codec: RecordCodec<T>, take: (found: Found<T>) => void) {
    await createTopicReader(connections.kafka).readAll(topic, async ({ value }) => {
      if (signal.aborted) throw new OnhookError("COMMAND_STOPPED");
      take({ value: await codec.decode(value), bytes: value?.length ?? 0 });
    });
  }

  return {
    config,
    groups: ownGroups(prefix),
    kafka: kafkaOptions(config),
    signal,
    ...(brokerCpu !== undefined && { brokerCpu }),
    async publish(triggers) {
      await writeAll(
        triggersTopic.name,
        triggers,
        (each) => each.triggerId,
        (each) => codecs.triggers.encode(each),
      );
    },
    async send(of) {
      await writeAll(
        cdr.name,
        of,
        (each) => each.tenantId,
        (each) => calls.encode(each),
      );
    },
    async sendJobs(fired) {
      const encode = (each: Fired): Buffer =>
        codecs.jobs.encode(jobOf(each, cdr.name, calls.encode(each.call)));
      await writeAll(jobs.name, fired, (each) => each.triggerId, encode);
    },
    readJobs: (take) => readAll(jobs.name, codecs.jobs, take),
    readAttempts: (take) => readAll(attempts.name, codecs.attempts, take),
    startService: (roles) =>
      startServiceProcess({ self, env, roles, nodeArgs, endedBy: "SIGTERM", signal }),
  };
}

/**
 * Brokers and registry answer, and have nothing of these names: the benchmark would write into it and delete it. Throws
 * BENCH_OPTIONS.
 */
async function assertNew(
  { config }: CommandContext,
  { topicAdmin, registry }: Connections,
): Promise<void> {
  const wanted = wantedTopics(config).map(({ topic }) => topic);
  const existing = (await topicAdmin.describe(wanted, [])).map(({ topic }) => `Topic ${topic}`);
  for (const subject of wanted.map(subjectOf))
    if ((await registry.latest(subject)) !== null) existing.push(`Subject ${subject}`);
  const [first] = existing;
  if (first !== undefined)
    throw new OnhookError("BENCH_OPTIONS", { problem: `${first} exists already` });
}

/**
 * Makes topics of a name that no other has, has `work` done on them, and deletes them, their groups and their subjects again,
 * however that ended. Rejects with BENCH_LEFT, which names them, where that can't be done; where `work` had failed too, they
 * are told on standard error, and it rejects as that did.
 */
export async function withGround<T>(
  outer: CommandContext,
  options: GroundOptions,
  work: (ground: BenchGround, prefix: string) => Promise<T>,
): Promise<T> {
  const prefix = ownPrefix(options.namePrefix);
  const context = benchContext(outer, prefix, options);
  const around = surroundingsOf(context);
  const connections = createConnections(around);
  const brokers = context.config.kafka.brokers.join(", ");

  async function doIt(): Promise<T> {
    await applyAll(context.config, connections.topicAdmin, connections.registry);
    await using writer = createRecordWriter(connections.kafka, around);
    const ground = await groundOf({ context, around, connections, prefix, writer, options });
    return await work(ground, prefix);
  }

  try {
    await assertNew(context, connections);
  } catch (error) {
    // Nothing is made yet.
    throw errandFailure(error, brokers);
  }
  const [outcome] = await Promise.allSettled([doIt()]);
  const left = await removeGround(context.config, prefix, connections);
  const told = left.map(({ name, problem }) => `- ${name}: ${problem}`);
  if (outcome.status === "rejected") {
    if (told.length > 0)
      context.err(new OnhookError("BENCH_LEFT", { left: told.join("\n") }).message);
    throw errandFailure(outcome.reason, brokers);
  }
  if (told.length > 0) throw new OnhookError("BENCH_LEFT", { left: told.join("\n") });
  return outcome.value;
}
