import { evolutionProblem } from "../avro/schema-evolution.ts";
import type { Config } from "../config.ts";
import { OnhookError } from "../errors.ts";
import type { ExistingTopic, TopicAdmin, TopicDefinition } from "../kafka/topic-admin.ts";
import type { SchemaRegistry } from "../registry/schema-registry.ts";
import { readSchema } from "../schema-files.ts";
import { subjectOf, wantedTopics } from "../wanted-topics.ts";
import type { WantedTopic } from "../wanted-topics.ts";

/** One line of what `topics apply` found or did. */
export interface ApplyLine {
  readonly what: "created" | "unchanged" | "differs" | "registered";
  /** A topic, or a subject of the registry. */
  readonly name: string;
  readonly detail: string;
}

export function definitionOf(wanted: WantedTopic): TopicDefinition {
  const settings: Record<string, string> = { "cleanup.policy": wanted.cleanup };
  if (wanted.retentionMs !== null) settings["retention.ms"] = String(wanted.retentionMs);
  if (wanted.maxMessageBytes !== null)
    settings["max.message.bytes"] = String(wanted.maxMessageBytes);
  return { topic: wanted.topic, partitions: wanted.partitions, settings };
}

/**
 * What differs between a topic and its definition, in words; empty when nothing does. A replication factor of -1 leaves
 * the number of copies to the brokers: any is right.
 */
export function differences(
  existing: ExistingTopic,
  wanted: TopicDefinition,
  replicationFactor: number,
): readonly string[] {
  const found: string[] = [];
  if (existing.partitions !== wanted.partitions) {
    found.push(`it has ${existing.partitions} partitions, the settings say ${wanted.partitions}`);
  }
  if (replicationFactor !== -1 && existing.replicas !== replicationFactor) {
    found.push(
      `its replication factor is ${existing.replicas}, the settings say ${replicationFactor}`,
    );
  }
  for (const [name, value] of Object.entries(wanted.settings)) {
    const actual = existing.settings[name];
    if (actual !== value)
      found.push(`its ${name} is ${actual ?? "unknown"}, the settings say ${value}`);
  }
  return found;
}

async function applyTopics(config: Config, admin: TopicAdmin): Promise<readonly ApplyLine[]> {
  const definitions = wantedTopics(config).map(definitionOf);
  const names = definitions.map(({ topic }) => topic);
  const existing = new Map(
    (await admin.describe(names, ["cleanup.policy", "retention.ms", "max.message.bytes"])).map(
      (each) => [each.topic, each],
    ),
  );
  const missing = definitions.filter(({ topic }) => !existing.has(topic));
  const { replicationFactor } = config.kafka;
  if (missing.length > 0) await admin.create(missing, replicationFactor);
  return definitions.map((definition): ApplyLine => {
    const { topic: name, partitions, settings } = definition;
    const found = existing.get(name);
    if (found === undefined)
      return {
        what: "created",
        name,
        detail: `${partitions} partitions, ${settings["cleanup.policy"]}`,
      };
    const differing = differences(found, definition, replicationFactor);
    if (differing.length === 0) return { what: "unchanged", name, detail: "" };
    return { what: "differs", name, detail: `${differing.join("; ")}. Left as it is.` };
  });
}

/** What is to be done about a subject. */
type SchemaPlan =
  | ApplyLine
  | { readonly register: unknown; readonly name: string; readonly isFirst: boolean };

/**
 * The platform owns the schema of its calls: where it has registered one, ours is not put on top of it. Rejects with
 * SCHEMA_INCOMPATIBLE.
 */
async function planSchema(
  wanted: WantedTopic,
  registry: SchemaRegistry,
): Promise<SchemaPlan | null> {
  if (wanted.record === "bytes as read") return null;
  const name = subjectOf(wanted.topic);
  const schema = readSchema(wanted.record);
  const known = await registry.lookUp(name, schema);
  if (known !== null) return { what: "unchanged", name, detail: "" };
  const versions = await registry.versions(name);
  const latest = versions.at(-1);
  if (latest !== undefined && wanted.record === "CallEnded") {
    return {
      what: "differs",
      name,
      detail: `version ${latest.version} is the platform's own. Left as it is.`,
    };
  }
  const problem = evolutionProblem(schema, versions);
  if (problem !== null) throw new OnhookError("SCHEMA_INCOMPATIBLE", { subject: name, problem });
  return { register: schema, name, isFirst: latest === undefined };
}

async function applySchema(plan: SchemaPlan, registry: SchemaRegistry): Promise<ApplyLine> {
  if ("what" in plan) return plan;
  const { name, register, isFirst } = plan;
  if (isFirst) await registry.setCompatibility(name, "BACKWARD");
  const id = await registry.register(name, register);
  return { what: "registered", name, detail: `id ${id}` };
}

/**
 * Creates the topics that are missing and registers the schemas that are; what exists and differs is told and left as
 * it is. Doing it again changes nothing. Rejects with SCHEMA_INCOMPATIBLE before anything is done, or with
 * REGISTRY_UNREACHABLE or KAFKA_UNREACHABLE.
 */
export async function applyAll(
  config: Config,
  admin: TopicAdmin,
  registry: SchemaRegistry,
): Promise<readonly ApplyLine[]> {
  const plans: SchemaPlan[] = [];
  for (const wanted of wantedTopics(config)) {
    const plan = await planSchema(wanted, registry);
    if (plan !== null) plans.push(plan);
  }
  const lines = [...(await applyTopics(config, admin))];
  for (const plan of plans) lines.push(await applySchema(plan, registry));
  return lines;
}
