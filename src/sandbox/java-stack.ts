import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnhookError } from "../errors.ts";
import { choosePorts } from "./free-ports.ts";
import type { JavaDistribution } from "./java-distribution.ts";
import { JavaPart, type JavaPartDeps } from "./java-part.ts";
import { type KafkaNodeSpec, kafkaPart } from "./kafka-part.ts";
import { registryPath } from "./kafka-properties.ts";
import { Keeper } from "./keeper-process.ts";
import { killedWithParent } from "./programs.ts";
import { kafkaAnswers, registryAnswers, waitUntil } from "./readiness.ts";
import type { Stack, StackOptions } from "./stack-types.ts";

const host = "127.0.0.1";

interface Tools {
  readonly java: string;
  readonly distribution: JavaDistribution;
}

interface Addresses {
  readonly brokers: readonly number[];
  readonly controllers: readonly number[];
  /** Of each further listener, by its name. */
  readonly listeners: Readonly<Record<string, readonly number[]>>;
  readonly registry: number;
}

/** Starts brokers and registry as Java processes under a keeper. Rejects with nothing left behind. */
export async function startJavaStack(options: StackOptions, tools: Tools): Promise<Stack> {
  const ports = await chooseAddresses(options);
  const dataDir = await mkdtemp(join(options.env["TMPDIR"] ?? tmpdir(), "onhook-sandbox-"));
  const keeper = new Keeper(dataDir, options.env);
  const death = Promise.withResolvers<OnhookError>();
  const deps: JavaPartDeps = { keeper, dataDir, onDeath: death.resolve };
  try {
    const java = [...(await killedWithParent(options.env)), tools.java];
    const brokers = await Promise.all(
      ports.brokers.map(
        async (_, index) =>
          await kafkaPart(deps, java, tools.distribution, nodeOf(options, ports, index)),
      ),
    );
    const registry = registryPart(deps, java, tools.distribution, ports);
    await Promise.all([...brokers, registry].map(async (part) => await part.start(options.signal)));
    await untilAllKnowAll(ports, options.signal);
    return stackOf({ keeper, brokers, registry, ports, died: death.promise });
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

async function chooseAddresses(options: StackOptions): Promise<Addresses> {
  const count = options.brokers ?? 1;
  const { kafkaPort, kafka: { listeners = [] } = {} } = options;
  const wanted = Array.from({ length: count }, (_, index) =>
    kafkaPort === undefined ? undefined : kafkaPort + index,
  );
  const free = Array.from({ length: count * (1 + listeners.length) }, () => undefined);
  const [registry = 0, ...others] = await choosePorts([options.registryPort, ...wanted, ...free]);
  const group = (index: number): number[] => others.slice(index * count, (index + 1) * count);
  return {
    registry,
    brokers: group(0),
    controllers: group(1),
    listeners: Object.fromEntries(listeners.map(({ name }, index) => [name, group(2 + index)])),
  };
}

const addressesOf = (ports: readonly number[]): string[] => ports.map((port) => `${host}:${port}`);

function nodeOf({ kafka = {} }: StackOptions, ports: Addresses, index: number): KafkaNodeSpec {
  const { listeners = [], properties = {} } = kafka;
  const address = (of: readonly number[] | undefined): string => `${host}:${of?.[index]}`;
  return {
    nodeId: index + 1,
    address: address(ports.brokers),
    controllerAddress: address(ports.controllers),
    controllers: addressesOf(ports.controllers),
    listeners: listeners.map(({ name, protocol }) => ({
      name,
      protocol,
      address: address(ports.listeners[name]),
    })),
    properties,
  };
}

/** Each broker has answered for itself; a client may ask any of them for all. */
async function untilAllKnowAll(ports: Addresses, signal: AbortSignal | undefined): Promise<void> {
  const deadline = AbortSignal.timeout(30_000);
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const nodeIds = ports.brokers.map((_, index) => index + 1);
  await Promise.all(
    ports.brokers.map(
      async (port) =>
        await waitUntil(async () => await kafkaAnswers(`${host}:${port}`, nodeIds), either),
    ),
  );
}

function registryPart(
  deps: JavaPartDeps,
  java: readonly string[],
  distribution: JavaDistribution,
  ports: Addresses,
): JavaPart {
  // The in-memory variant keeps its data in H2; in a file of the data directory they outlive a restart of the registry.
  const database = `jdbc:h2:file:${join(deps.dataDir, "registry", "db")}`;
  const settings = {
    "quarkus.http.host": host,
    "quarkus.http.port": String(ports.registry),
    "quarkus.datasource.jdbc.url": database,
    "quarkus.datasource.jdbc.initial-size": "1",
    "quarkus.datasource.jdbc.min-size": "1",
  };
  const flags = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const defined = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`);
  return new JavaPart(deps, {
    name: "registry",
    command: [...java, ...flags, ...defined, "-jar", distribution.registryJar],
    answers: async () => await registryAnswers(registryUrlOf(ports)),
  });
}

function registryUrlOf(ports: Addresses): string {
  return `http://${host}:${ports.registry}${registryPath}`;
}

interface Running {
  readonly keeper: Keeper;
  readonly brokers: readonly JavaPart[];
  readonly registry: JavaPart;
  readonly ports: Addresses;
  readonly died: Promise<OnhookError>;
}

function stackOf({ keeper, brokers, registry, ports, died }: Running): Stack {
  const broker = (index: number): JavaPart => {
    const part = brokers[index];
    if (part !== undefined) return part;
    throw new OnhookError("SANDBOX_CANNOT", { kind: "java", action: `reach broker ${index}` });
  };
  const stop = async (): Promise<void> => {
    for (const part of [...brokers, registry]) part.letGo();
    await keeper.stop();
  };
  return {
    kind: "java",
    brokers: addressesOf(ports.brokers),
    listeners: Object.fromEntries(
      Object.entries(ports.listeners).map(([name, each]) => [name, addressesOf(each)]),
    ),
    registryUrl: registryUrlOf(ports),
    brokerPids: () => brokers.flatMap(({ pid }) => pid ?? []),
    died,
    stop,
    stopBroker: async (index, how) => await broker(index).stop(how),
    startBroker: async (index) => await broker(index).start(),
    freezeBroker: async (index) => broker(index).freeze(),
    thawBroker: async (index) => broker(index).thaw(),
    stopRegistry: async () => await registry.stop("SIGTERM"),
    startRegistry: async () => await registry.start(),
    [Symbol.asyncDispose]: stop,
  };
}
