import { aborted } from "../runtime/aborted.ts";
import { pause } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import { Wake } from "../runtime/wake.ts";
import { DeliverySession } from "./delivery-session.ts";
import type { DeliverySessionDeps } from "./delivery-session.ts";
import { HandOns } from "./hand-ons.ts";
import { Intake } from "./intake.ts";
import type { IntakeHandlers, PartitionConsumer } from "./intake.ts";
import type { IntakeLimits, Taken } from "./partition-lane.ts";

export interface DeliveryStageDeps extends DeliverySessionDeps {
  /** New jobs, and those on the ladder: two groups, so that neither's backlog holds up the fetches of the other. */
  readonly consumers: { readonly jobs: PartitionConsumer; readonly retries: PartitionConsumer };
  readonly limits: IntakeLimits;
  /** How long after something is finished the commit of it may wait for others, in ms. */
  readonly commitIntervalMs: number;
}

export interface DeliveryStage extends Service {
  /** Tells what is in hand; nothing where the stage does not run. */
  survey(): void;
}

/**
 * Takes jobs in, delivers each when it is due, and commits what is finished. A record is finished when its attempt and,
 * where it goes on, its next stop are safe in the log; so a crash at any point repeats work but loses none.
 */
export function createDeliveryStage(deps: DeliveryStageDeps): DeliveryStage {
  let running: DeliverySession | null = null;
  return {
    name: "deliver",
    survey: () => running?.survey(),
    async run(stop, kill) {
      const session = new DeliverySession(deps, kill);
      running = session;
      const commits = createCommits(deps, session);
      const consuming = new AbortController();
      const { jobs, retries } = deps.consumers;
      const runs = [
        jobs.run(commits.handlers.jobs, consuming.signal),
        retries.run(commits.handlers.retries, consuming.signal),
        commits.run(consuming.signal),
      ];
      try {
        await Promise.race([aborted(stop), ...runs]);
      } finally {
        // Also where one of them failed: the others must not go on consuming beside whatever comes after.
        for (const intake of Object.values(commits.intakes)) intake.close();
        await session.drain();
        await commits.once();
        consuming.abort();
        await Promise.allSettled(runs);
        // Nothing is in hand any more: what was told last must not stand for ever.
        session.survey();
        running = null;
      }
      await Promise.all(runs);
    },
  };
}

/**
 * How long after a commit that was not taken the next is tried, in ms: soon at first, since one is refused in every
 * rebalance and what is finished is not safe before; each try is told, so that later there is no hurry.
 */
const firstAgainMs = 100;
const longestAgainMs = 1000;

type Commit = (intake: Intake) => Promise<boolean>;

/** Resolves with whether the group has taken it; what it has not is told. */
function committer(emit: DeliveryStageDeps["emit"]): Commit {
  return async (intake) => {
    try {
      await intake.commit();
      return true;
    } catch (error) {
      emit({ type: "delivery.commit-failed", error });
      return false;
    }
  };
}

/** What one group's member tells goes to its intake, and to the session that both share. */
function handlersOf(
  group: string,
  intake: Intake,
  session: DeliverySession,
  commit: Commit,
): IntakeHandlers {
  return {
    assigned(...handed) {
      intake.assigned(...handed);
      session.shared(group);
    },
    records: (...handed) => intake.records(...handed),
    rewound: (at) => intake.rewound(at),
    settle: () => session.settle(group, () => commit(intake)),
  };
}

/** The two intakes, and the loop that commits what they have finished, soon after something is. */
function createCommits(deps: DeliveryStageDeps, session: DeliverySession) {
  const { consumers, limits, clock, emit, commitIntervalMs } = deps;
  const commit = committer(emit);
  const handOns = new HandOns();

  const intake = (consumer: PartitionConsumer, take: (taken: Taken) => void) => {
    const due = new Wake();
    const intake = new Intake(consumer, {
      limits,
      handOns,
      kindOf: ({ key }) => deps.endpointOf(key).id,
      now: () => clock.now(),
      take,
      finished: () => due.set(),
      copied: () => emit({ type: "delivery.copy-passed-over" }),
    });
    return { intake, due };
  };
  const jobs = intake(consumers.jobs, (taken) => session.offer(taken));
  const retries = intake(consumers.retries, (taken) => session.wait(taken));

  /** A loop for each: what is finished of one group must not wait for the other's coordinator. */
  async function runOne({ intake, due }: typeof jobs, signal: AbortSignal): Promise<void> {
    let againMs = firstAgainMs;
    let waitMs = commitIntervalMs;
    while (!signal.aborted) {
      await due.wait(signal);
      await pause(clock, waitMs, signal);
      if (signal.aborted) return;
      const taken = await commit(intake);
      waitMs = taken ? commitIntervalMs : againMs;
      againMs = taken ? firstAgainMs : Math.min(longestAgainMs, againMs * 2);
      if (!taken) due.set();
    }
  }

  return {
    intakes: { jobs: jobs.intake, retries: retries.intake },
    handlers: {
      jobs: handlersOf("jobs", jobs.intake, session, commit),
      retries: handlersOf("retries", retries.intake, session, commit),
    },
    async run(signal: AbortSignal): Promise<void> {
      await Promise.all([runOne(jobs, signal), runOne(retries, signal)]);
    },
    async once(): Promise<void> {
      await Promise.all([commit(jobs.intake), commit(retries.intake)]);
    },
  };
}
