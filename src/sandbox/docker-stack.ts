import type * as TestcontainersModule from "testcontainers";
import { choosePorts } from "./free-ports.ts";
import {
  kafkaProperties,
  kafkaVersion,
  registryPath,
  registryVersion,
} from "./kafka-properties.ts";
import { kafkaAnswers, registryAnswers, waitUntil } from "./readiness.ts";
import type { Stack, StackOptions } from "./stack-types.ts";
import { unstoppableParts } from "./unstoppable-parts.ts";

type Testcontainers = typeof TestcontainersModule;

const kafkaImage = `apache/kafka:${kafkaVersion}`;
/** Release 2 of the registry has an image for each kind of storage; -mem keeps all in memory. */
const registryImage = `apicurio/apicurio-registry-mem:${registryVersion}`;
const startMs = 120_000;

/**
 * Starts brokers and registry as containers; testcontainers' reaper removes them when this process is gone.
 * Undefined, with a line of progress that says why, when the daemon or an image can't be had. Once the images are there,
 * a failure to start is an error, as Docker is then what the user expects.
 */
export async function startDockerStack(options: StackOptions): Promise<Stack | undefined> {
  const docker = await import("testcontainers").catch(() => undefined);
  if (docker === undefined) {
    options.onProgress("Docker is not used: the package testcontainers is not installed");
    return undefined;
  }
  const host = await prepare(docker, options);
  return host === undefined ? undefined : await start(docker, host, options);
}

/** Gets the images; resolves with the host name at which published ports are reached. */
async function prepare(docker: Testcontainers, options: StackOptions): Promise<string | undefined> {
  try {
    const client = await docker.getContainerRuntimeClient();
    for (const image of [kafkaImage, registryImage]) {
      const name = docker.ImageName.fromString(image);
      if (await client.image.exists(name)) continue;
      options.onProgress(`Pulling ${image} (first time only)`);
      await client.image.pull(name);
      options.signal?.throwIfAborted();
    }
    return client.info.containerRuntime.host;
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    options.onProgress(`Docker is not used: ${reason.split("\n")[0]}`);
    return undefined;
  }
}

async function start(docker: Testcontainers, host: string, options: StackOptions): Promise<Stack> {
  const { kafkaPort, registryPort } = options;
  const wanted = Array.from({ length: options.brokers ?? 1 }, (_, index) =>
    kafkaPort === undefined ? undefined : kafkaPort + index,
  );
  const [registry = 0, ...kafka] = await choosePorts([registryPort, ...wanted]);
  const brokers = kafka.map((port) => `${host}:${port}`);
  const registryUrl = `http://${host}:${registry}${registryPath}`;
  const running = new AsyncDisposableStack();
  try {
    await startContainers(docker, host, { registry, kafka }, running);
    await untilAllAnswer(brokers, registryUrl, options.signal);
  } catch (error) {
    await running.disposeAsync();
    throw error;
  }
  const stop = async (): Promise<void> => await running.disposeAsync();
  const parts = unstoppableParts("docker");
  return { kind: "docker", ...parts, brokers, registryUrl, stop, [Symbol.asyncDispose]: stop };
}

/** Starts all at once, as the brokers need each other for their quorum; what started is handed to `running`. */
async function startContainers(
  docker: Testcontainers,
  host: string,
  ports: { readonly registry: number; readonly kafka: readonly number[] },
  running: AsyncDisposableStack,
): Promise<void> {
  const network = running.use(await new docker.Network().start());
  const containers = ports.kafka.map((port, index) =>
    new docker.GenericContainer(kafkaImage)
      .withEnvironment(kafkaEnvironment(index, ports.kafka.length, `${host}:${port}`))
      .withNetwork(network)
      .withNetworkAliases(nameOf(index))
      .withExposedPorts({ container: 9092, host: port })
      .withStartupTimeout(startMs),
  );
  const registry = new docker.GenericContainer(registryImage)
    .withExposedPorts({ container: 8080, host: ports.registry })
    .withStartupTimeout(startMs);
  // All settle before a failure is acted on, so that none starts behind the clean-up's back.
  const starts = await Promise.allSettled(
    [registry, ...containers].map(async (container) => running.use(await container.start())),
  );
  for (const result of starts) if (result.status === "rejected") throw result.reason;
}

/** Of a broker in the containers' network. */
function nameOf(index: number): string {
  return `kafka-${index + 1}`;
}

/** The image reads each setting from a variable: `node.id` from KAFKA_NODE_ID. */
function kafkaEnvironment(index: number, nodes: number, address: string): Record<string, string> {
  const properties = kafkaProperties({
    nodeId: index + 1,
    nodes,
    voters: Array.from({ length: nodes }, (_, other) => `${other + 1}@${nameOf(other)}:9093`),
    listeners: {
      listeners: "CLIENTS://:9092,CONTROLLER://:9093,BROKERS://:9094",
      "advertised.listeners": `CLIENTS://${address},BROKERS://${nameOf(index)}:9094`,
      "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,BROKERS:PLAINTEXT",
      "inter.broker.listener.name": "BROKERS",
    },
  });
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.replaceAll(".", "_").toUpperCase()}`,
      value,
    ]),
  );
}

async function untilAllAnswer(
  brokers: readonly string[],
  registryUrl: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = AbortSignal.timeout(startMs);
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const nodeIds = brokers.map((_, index) => index + 1);
  await Promise.all([
    waitUntil(async () => await registryAnswers(registryUrl), either),
    ...brokers.map(
      async (broker) => await waitUntil(async () => await kafkaAnswers(broker, nodeIds), either),
    ),
  ]);
}
