import { readJobState } from "../jobs/job-state.ts";
import { aborted } from "../runtime/aborted.ts";
import { pause } from "../runtime/clock.ts";
import { retryUntil } from "../runtime/retry-until.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Aside, DeliverJob } from "./deliver-job.ts";
import { createFinisher } from "./finisher.ts";
import type { Finish, FinisherDeps } from "./finisher.ts";
import { Intake } from "./intake.ts";
import type { PartitionConsumer } from "./intake.ts";
import type { IntakeLimits, Taken } from "./partition-lane.ts";
import type { RetryLadder } from "./retry-ladder.ts";
import { Slots } from "./slots.ts";
import type { Slot } from "./slots.ts";

export interface DeliveryStageDeps extends FinisherDeps {
  /** New jobs, and those on the ladder: two groups, so that neither's backlog holds up the fetches of the other. */
  readonly consumers: { readonly jobs: PartitionConsumer; readonly retries: PartitionConsumer };
  readonly deliver: DeliverJob;
  readonly ladder: RetryLadder;
  readonly maxInFlight: number;
  readonly limits: IntakeLimits;
  readonly commitIntervalMs: number;
}

/**
 * Takes jobs in, delivers each when it is due, and commits what is finished. A record is finished when its attempt and,
 * where it goes on, its next stop are safe in the log; so a crash at any point repeats work but loses none.
 */
export function createDeliveryStage(deps: DeliveryStageDeps): Service {
  return {
    name: "deliver",
    async run(stop, kill) {
      const session = new Session(deps, kill);
      const consuming = new AbortController();
      const { jobs, retries } = deps.consumers;
      const runs = [
        jobs.run(session.intakes.jobs, consuming.signal),
        retries.run(session.intakes.retries, consuming.signal),
        session.commitUntil(consuming.signal),
      ];
      try {
        await Promise.race([aborted(stop), ...runs]);
      } finally {
        // Also where one of them failed: the others must not go on consuming beside whatever comes after.
        await session.drain();
        consuming.abort();
        await Promise.allSettled(runs);
      }
      await Promise.all(runs);
    },
  };
}

/** How long after a commit that was not taken the next is tried, in ms. */
const commitAgainMs = 1000;

/** One run of the stage, from the first record to the last commit. */
class Session {
  readonly intakes: { readonly jobs: Intake; readonly retries: Intake };
  readonly #deps: DeliveryStageDeps;
  readonly #kill: AbortSignal;
  readonly #slots: Slots;
  readonly #finish: Finish;
  readonly #timers = new Set<() => void>();
  /** Aborted when the stage begins nothing more. */
  readonly #closing = new AbortController();

  constructor(deps: DeliveryStageDeps, kill: AbortSignal) {
    const { consumers, limits, emit } = deps;
    this.#deps = deps;
    this.#kill = kill;
    this.#finish = createFinisher(deps);
    this.#slots = new Slots(deps.maxInFlight, (count) =>
      emit({ type: "delivery.in-flight", count }),
    );
    this.intakes = {
      jobs: new Intake(consumers.jobs, limits, (taken) =>
        this.#slots.add((slot) => this.#guarded(taken, slot)),
      ),
      retries: new Intake(consumers.retries, limits, (taken) => this.#wait(taken)),
    };
  }

  async commitUntil(signal: AbortSignal): Promise<void> {
    let waitMs = this.#deps.commitIntervalMs;
    while (!signal.aborted) {
      await pause(this.#deps.clock, waitMs, signal);
      // While the group is away or rebalancing there is no hurry, and each try is told.
      waitMs = (await this.#commit()) ? this.#deps.commitIntervalMs : commitAgainMs;
    }
  }

  /** Begins nothing more, sees what is under way to its end, and commits it while still a member of the groups. */
  async drain(): Promise<void> {
    for (const intake of Object.values(this.intakes)) intake.close();
    this.#slots.close();
    this.#closing.abort();
    for (const cancel of this.#timers) cancel();
    await Promise.race([this.#slots.idle(), aborted(this.#kill)]);
    await this.#commit();
  }

  async #commit(): Promise<boolean> {
    let taken = true;
    for (const intake of Object.values(this.intakes)) {
      try {
        await intake.commit();
      } catch (error) {
        taken = false;
        this.#deps.emit({ type: "delivery.commit-failed", error });
      }
    }
    return taken;
  }

  /** A job of the ladder waits here until it is due; its partition goes on being read ahead, up to the limits. */
  #wait(taken: Taken): void {
    const { clock, ladder, emit } = this.#deps;
    const rung = ladder.rungs.find(({ topic }) => topic === taken.record.topic);
    const tier = rung === undefined ? "unknown" : `${rung.delayMs / 1000}s`;
    // No job is due later than its rung's delay from now: a damaged header must not hold its partition for ever.
    const latest = clock.now() + (rung?.delayMs ?? 0);
    const due = Math.min(readJobState(taken.record.headers).dueAt ?? clock.now(), latest);
    const cancel = clock.at(due, () => {
      this.#timers.delete(cancel);
      this.#slots.add((slot) => {
        emit({ type: "delivery.retry-overdue", tier, seconds: (clock.now() - due) / 1000 });
        return this.#guarded(taken, slot);
      });
    });
    this.#timers.add(cancel);
  }

  /** The work of a slot never rejects: what was not finished is done again by whoever gets the partition next. */
  async #guarded(taken: Taken, slot: Slot): Promise<void> {
    const { emit } = this.#deps;
    try {
      await this.#work(taken, slot);
    } catch (error) {
      if (!this.#kill.aborted) emit({ type: "delivery.held", error });
    }
  }

  /** What waits for a registry or a table gives its slot away meanwhile, and is simply left when the stage ends. */
  async #work(taken: Taken, slot: Slot): Promise<void> {
    const { clock, deliver, emit } = this.#deps;
    const closing = this.#closing.signal;
    const aside: Aside = (wait) => slot.aside(() => wait(closing));
    const work = async () => (taken.lost ? null : await deliver(taken.record, this.#kill, aside));
    const decision = await retryUntil(this.#kill, clock, work, {
      onError: (error) => emit({ type: "delivery.held", error }),
      wait: (waitMs) => aside((ended) => pause(clock, waitMs, ended)),
    });
    if (decision !== null) await this.#finish(taken, decision);
  }
}
