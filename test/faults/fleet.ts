import { setImmediate } from "node:timers/promises";
import { startService } from "../support/e2e-service.ts";
import type { LogLine, ServiceProcess } from "../support/e2e-service.ts";
import { writtenAt } from "./watching.ts";
import type { Pulse } from "./pulse.ts";
import type { Disturbance } from "../accounts/request-log.ts";

/** A process of the service, and what it does. */
export interface Member extends ServiceProcess {
  readonly name: string;
  readonly roles: string;
}

/** The processes of one scenario, those that are gone included. Disposing it kills what still runs. */
export interface Fleet extends AsyncDisposable {
  readonly all: readonly Member[];
  /** Those that were not ended. */
  readonly running: readonly Member[];
  /** Starts one; resolves at once. */
  start(roles: string, nodeArgs?: readonly string[]): Member;
  /** Starts some and resolves when each is ready. */
  ready(...roles: readonly string[]): Promise<readonly Member[]>;
  kill(member: Member): Promise<void>;
  freeze(member: Member): Promise<void>;
  thaw(member: Member): void;
  /** SIGTERM; resolves with the exit status. */
  stop(member: Member): Promise<number | NodeJS.Signals>;
  /** Notes a fault of something else than these processes, which lasts as long as `fault` does. */
  struck<T>(what: string, fault: () => Promise<T> | T): Promise<T>;
  /** The faults so far, and the rebalances of the groups that deliver. */
  disturbances(): readonly Disturbance[];
}

type Moment = Omit<Disturbance, "finishingMs">;

/**
 * What recording an attempt and committing its offset may take on an idle machine, in ms; and how many writes it is, one
 * after the other: the next stop, the attempt, the offset. On a busy machine each takes as long as the test's own.
 */
const finishingMs = 100;
const writesToFinish = 3;

/**
 * Each time a process is handed partitions, whoever had them before may have been at work on them until then; and from
 * when it loses its group until it is a member again a process can't commit what it has under way.
 */
function changesOfHands({ name, log }: Member, groups: readonly string[]): Moment[] {
  const ofGroups = log.filter(({ group }) => groups.includes(String(group)));
  const is = (line: LogLine, event: string): boolean => line["event"] === event;
  const handed = ofGroups
    .filter((line) => is(line, "consumer.joined"))
    .map((line) => ({
      what: `${name} was handed partitions`,
      from: writtenAt(line),
      to: line.seenAt,
    }));
  const lost = ofGroups
    .filter((line) => is(line, "consumer.crashed"))
    .map((line) => {
      const again = ofGroups.find(
        (each) =>
          each["group"] === line["group"] &&
          is(each, "consumer.joined") &&
          each.seenAt >= line.seenAt,
      );
      return {
        what: `${name} had lost its group`,
        from: writtenAt(line),
        to: again?.seenAt ?? line.seenAt,
      };
    });
  return [...handed, ...lost];
}

export function createFleet(
  env: Readonly<Record<string, string>>,
  deliverGroups: readonly string[],
  pulse: Pulse,
): Fleet {
  const all: Member[] = [];
  const ended = new Set<Member>();
  const faults: Moment[] = [];

  async function struck<T>(what: string, fault: () => Promise<T> | T): Promise<T> {
    const from = Date.now();
    const done = await fault();
    // What was sent before that may not have been read here yet.
    await setImmediate();
    await setImmediate();
    faults.push({ what, from, to: Date.now() });
    return done;
  }

  function start(roles: string, nodeArgs: readonly string[] = []): Member {
    const service = startService(env, ["--roles", roles], nodeArgs);
    const member = { ...service, name: `${roles}-${all.length + 1}`, roles };
    all.push(member);
    return member;
  }

  return {
    all,
    get running() {
      return all.filter((member) => !ended.has(member));
    },
    start,
    async ready(...roles) {
      const members = roles.map((each) => start(each));
      await Promise.all(members.map((member) => member.ready()));
      return members;
    },
    async kill(member) {
      ended.add(member);
      await struck(`kill -9 of ${member.name}`, () => member.stop("SIGKILL"));
    },
    freeze: (member) => struck(`freeze of ${member.name}`, () => member.signal("SIGSTOP")),
    thaw: (member) => member.signal("SIGCONT"),
    async stop(member) {
      ended.add(member);
      return await member.stop();
    },
    struck,
    disturbances: () =>
      [...faults, ...all.flatMap((member) => changesOfHands(member, deliverGroups))].map(
        ({ what, from, to }) => ({
          what,
          from,
          to,
          finishingMs: finishingMs + writesToFinish * pulse.slowestBefore(from),
        }),
      ),
    async [Symbol.asyncDispose]() {
      for (const member of all) await member[Symbol.asyncDispose]();
    },
  };
}
