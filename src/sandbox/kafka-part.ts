import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JavaDistribution } from "./java-distribution.ts";
import { JavaPart, type JavaPartDeps } from "./java-part.ts";
import { kafkaProperties, propertiesFile } from "./kafka-properties.ts";
import { kafkaAnswers } from "./readiness.ts";
import type { KafkaListener } from "./stack-types.ts";

/** One broker, which is a controller too. Addresses are host:port. */
export interface KafkaNodeSpec {
  readonly nodeId: number;
  readonly address: string;
  readonly controllerAddress: string;
  /** Of all nodes, in the order of their ids. */
  readonly controllers: readonly string[];
  readonly listeners: readonly (KafkaListener & { readonly address: string })[];
  /** Of server.properties; they win over the sandbox's own. */
  readonly properties: Readonly<Record<string, string>>;
}

const logSettings = fileURLToPath(new URL("java/log4j2.xml", import.meta.url));

/** Any base64 UUID; that clusters share it is of no account, as no data outlives its sandbox. */
const clusterId = "b25ob29rLXNhbmRib3gtMQ";

/** Writes the broker's settings; it is not started yet. */
export async function kafkaPart(
  deps: JavaPartDeps,
  java: readonly string[],
  distribution: JavaDistribution,
  node: KafkaNodeSpec,
): Promise<JavaPart> {
  const name = `kafka-${node.nodeId}`;
  const file = join(deps.dataDir, `${name}.properties`);
  await writeFile(file, propertiesFile(propertiesOf(node, join(deps.dataDir, name))));
  const program = [`-Dlog4j2.configurationFile=${logSettings}`, "-cp", distribution.kafkaClasspath];
  // No limit on the compiler, and room for a broker that is alone: benchmarks run on it. Several are for faults.
  const heap =
    node.controllers.length === 1
      ? ["-Xms256m", "-Xmx768m", "-XX:+UseG1GC"]
      : ["-Xms128m", "-Xmx320m", "-XX:+UseSerialGC"];
  const format = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", file];
  return new JavaPart(deps, {
    name,
    prepare: [...java, "-XX:TieredStopAtLevel=1", ...program, ...format],
    command: [...java, ...heap, ...program, "kafka.Kafka", file],
    answers: async () => await kafkaAnswers(node.address, [node.nodeId]),
  });
}

function propertiesOf(node: KafkaNodeSpec, dataDir: string): Readonly<Record<string, string>> {
  const plain = { name: "PLAINTEXT", protocol: "PLAINTEXT", address: node.address };
  const forClients = [plain, ...node.listeners];
  const advertised = forClients.map(({ name, address }) => `${name}://${address}`);
  const protocols = forClients.map(({ name, protocol }) => `${name}:${protocol}`);
  return {
    ...kafkaProperties({
      nodeId: node.nodeId,
      nodes: node.controllers.length,
      voters: node.controllers.map((address, other) => `${other + 1}@${address}`),
      listeners: {
        listeners: [...advertised, `CONTROLLER://${node.controllerAddress}`].join(","),
        "advertised.listeners": advertised.join(","),
        "listener.security.protocol.map": [...protocols, "CONTROLLER:PLAINTEXT"].join(","),
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": dataDir,
      },
    }),
    ...node.properties,
  };
}
