import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel } from "kafkajs";
import { KafkaJSProtocolError, ResourcePatternTypes } from "kafkajs";
import type { AclEntry } from "kafkajs";
import { startStack } from "../../../src/sandbox/stack.ts";
import type { Stack } from "../../../src/sandbox/stack.ts";
import { withAdmin } from "../../../src/kafka/with-admin.ts";
import { setScramPassword } from "../scram-credentials.ts";
import type { Manifest, Right } from "./render-chart.ts";

const cacheDir = fileURLToPath(new URL("../../../.cache/sandbox", import.meta.url));

const resourceTypes = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const patternTypes = {
  literal: ResourcePatternTypes.LITERAL,
  prefix: ResourcePatternTypes.PREFIXED,
} as const;
const operationTypes = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
} as const;

function known<T extends object>(table: T, name: string): T[keyof T] {
  if (!(name in table)) throw new Error(`${name} is none of ${Object.keys(table).join(", ")}`);
  return table[name as keyof T];
}

function entriesOf(user: string, { resource, operations }: Right): AclEntry[] {
  return operations.map((operation) => ({
    principal: `User:${user}`,
    host: "*",
    operation: known(operationTypes, operation),
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: known(resourceTypes, resource.type),
    resourceName: resource.name,
    resourcePatternType: known(patternTypes, resource.patternType),
  }));
}

/** Asks anew for as long as the leaders of a topic that was just made are being chosen. */
async function onceItHasLeaders<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof KafkaJSProtocolError) || !error.retriable) throw error;
      await pause(100);
    }
  }
}

/** A real broker on which a user may do what it was given the right to, and nothing else. */
export interface GuardedKafka extends AsyncDisposable {
  readonly stack: Stack;
  /** host:port that asks for a login. */
  readonly withLogin: string;
  /** Does what Strimzi's operator does with a KafkaUser: a user by SCRAM-SHA-512, and its rights. Gives its password. */
  admit(kafkaUser: Manifest): Promise<string>;
  /** Does what retention does, with all records that the topic has by now. */
  removeRecords(topic: string): Promise<void>;
}

export async function startGuardedKafka(): Promise<GuardedKafka> {
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const stack = await startStack({
    cacheDir,
    env: process.env,
    onProgress: (line) => console.log(line),
    kafka: {
      listeners: [{ name: "LOGIN", protocol: "SASL_PLAINTEXT" }],
      properties: {
        "listener.name.login.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.login.scram-sha-512.sasl.jaas.config": scram,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        // The broker itself, and the platform of the tests, by the listener that asks for no login.
        "super.users": "User:ANONYMOUS",
      },
    },
  });
  const [open = ""] = stack.brokers;
  const kafka = new Kafka({ brokers: [open], logLevel: logLevel.NOTHING });
  return {
    stack,
    withLogin: String(stack.listeners["LOGIN"]),
    async admit({ metadata, spec }) {
      const password = randomUUID();
      await setScramPassword(open, { user: metadata.name, mechanism: "scram-sha-512", password });
      const acl = spec.authorization.acls.flatMap((right) => entriesOf(metadata.name, right));
      await withAdmin(kafka, (admin) => admin.createAcls({ acl }));
      return password;
    },
    removeRecords: (topic) =>
      withAdmin(kafka, async (admin) => {
        const ends = await onceItHasLeaders(() => admin.fetchTopicOffsets(topic));
        const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
        await admin.deleteTopicRecords({ topic, partitions });
      }),
    [Symbol.asyncDispose]: () => stack.stop(),
  };
}
