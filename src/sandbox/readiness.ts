import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";

const pollMs = 50;

/** Asks `probe` every 50 ms until it says yes; rejects with the signal's reason when that comes first. */
export async function waitUntil(probe: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await probe())) {
    await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Whether the broker at host:port serves requests and counts the nodes of these ids among the live ones. */
export async function kafkaAnswers(broker: string, nodeIds: readonly number[]): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [broker],
    clientId: "onhook-sandbox",
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const live = new Set(brokers.map(({ nodeId }) => nodeId));
    return nodeIds.every((nodeId) => live.has(nodeId));
  } catch {
    // Still starting: the next poll asks again, and the caller's deadline ends it.
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** Whether the registry's Confluent API serves requests. */
export async function registryAnswers(registryUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${registryUrl}/subjects`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // Still starting: the next poll asks again, and the caller's deadline ends it.
    return false;
  }
}
