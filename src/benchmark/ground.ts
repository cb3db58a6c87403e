import type { Config } from "../config.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import type { KafkaClientOptions } from "../kafka/client.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { OwnGroups } from "./own-settings.ts";
import type { ServiceProcess } from "./service-process.ts";

/** A record's value decoded, and what it takes in its topic, in bytes. */
export interface Found<T> {
  readonly value: T;
  readonly bytes: number;
}

/** A call and the trigger that it fires. */
export interface Fired {
  readonly call: CallEndedRecord;
  readonly triggerId: string;
}

/**
 * Port: where a benchmark runs: topics and groups of its own on somebody's brokers, and the service on them. All of it
 * rejects with COMMAND_STOPPED once `signal` is aborted.
 */
export interface BenchGround {
  /** The settings of the service here. */
  readonly config: Config;
  readonly groups: OwnGroups;
  /** How clients that are measured beside reach the brokers. */
  readonly kafka: KafkaClientOptions;
  readonly signal: AbortSignal;
  /** The processor time that the brokers have spent until now, in s; where anybody can tell. */
  readonly brokerCpu?: () => number;
  publish(triggers: readonly Trigger[]): Promise<void>;
  /** Resolves when all of them are safe. */
  send(calls: readonly CallEndedRecord[]): Promise<void>;
  /** Writes the jobs that match would make of these; resolves when all of them are safe. */
  sendJobs(fired: readonly Fired[]): Promise<void>;
  /** Hands over every job that is committed now. */
  readJobs(take: (job: Found<DeliveryJob>) => void): Promise<void>;
  readAttempts(take: (attempt: Found<DeliveryAttempt>) => void): Promise<void>;
  /** Starts a process of the service; resolves when it is ready. */
  startService(roles: readonly string[]): Promise<ServiceProcess>;
}

const atOnce = 5000;

/** Sends so many, as fast as they are taken. */
export async function sendAll<T>(
  send: (some: readonly T[]) => Promise<void>,
  total: number,
  next: () => T,
): Promise<void> {
  for (let sent = 0; sent < total; sent += atOnce)
    await send(Array.from({ length: Math.min(atOnce, total - sent) }, next));
}

/** Starts so many processes of these roles; disposing what it resolves with ends all of them. */
export async function startServices(
  ground: BenchGround,
  roles: readonly string[],
  count: number,
): Promise<AsyncDisposable & { readonly services: readonly ServiceProcess[] }> {
  const started = await Promise.allSettled(
    Array.from({ length: count }, () => ground.startService(roles)),
  );
  const services = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const end = async (): Promise<void> => {
    await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
  };
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    await end();
    throw failed.reason;
  }
  return { services, [Symbol.asyncDispose]: end };
}
