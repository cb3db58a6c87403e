import * as fc from "fast-check";
import { expect, it } from "vitest";
import { HandOns } from "../../src/delivery/hand-ons.ts";
import { Intake } from "../../src/delivery/intake.ts";
import type { Taken } from "../../src/delivery/partition-lane.ts";
import { handOnHeaders, nameOf } from "../../src/jobs/hand-on.ts";
import type { CommittedOffset, LogRecord } from "../../src/log/log-record.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import { someRecord } from "./some-jobs.ts";

const topic = "onhook.jobs";
/** Few of each, so that they meet. */
const partitions = [0, 1];
const workers = [0, 1];
const jobs = 2;

class Worker {
  readonly inWork: { readonly taken: Taken; isBegun: boolean }[] = [];
  readonly intake: Intake;
  isMember = false;

  constructor(take: (offsets: readonly CommittedOffset[]) => void) {
    const isMember = (): boolean => this.isMember;
    const consumer = {
      pause: () => undefined,
      resume: () => undefined,
      confirmed: async () => undefined,
      get isConfirmed() {
        return isMember();
      },
      async commit(offsets: readonly CommittedOffset[]) {
        if (!isMember()) throw new Error("no member of the group");
        take(offsets);
      },
    };
    this.intake = new Intake(consumer, {
      limits: { records: 1000, bytes: 1_000_000 },
      kindOf: () => "all",
      now: () => 0,
      take: (taken) => void this.inWork.push({ taken, isBegun: false }),
      finished: () => undefined,
      handOns: new HandOns(),
      copied: () => undefined,
    });
  }
}

/** A log, the group that reads it, and workers that are cut off, and come back with all that they remember. */
class World {
  readonly #log = partitions.map((): LogRecord[] => []);
  readonly #committed = new Map<string, CommittedOffset>();
  readonly #workers = workers.map(
    () =>
      new Worker((offsets) => {
        for (const each of offsets) this.#committed.set(partitionKey(each), each);
      }),
  );
  /** Which worker has each partition. */
  #owners: readonly number[] = [];
  /** Where each partition is read on, and which have not been read since they were shared out. */
  #positions: number[] = [];
  #unread = new Set<number>();
  /** The job that each record stands for, by its name; those that have ended. */
  readonly #jobOf = new Map<string, number>();
  readonly ended = new Set<number>();

  constructor() {
    for (let job = 0; job < jobs; job += 1) this.#append(job, job % partitions.length, {});
  }

  /** Whoever has no partition is cut off from the group, and was no member of this generation when it comes back. */
  share(owners: readonly number[]): void {
    this.#owners = owners;
    for (const [number, worker] of this.#workers.entries()) {
      const followsOn = worker.isMember;
      worker.isMember = owners.includes(number);
      if (!worker.isMember) continue;
      const own = partitions.filter((partition) => owners[partition] === number);
      const standing = followsOn ? undefined : new Map(this.#committed);
      worker.intake.assigned(
        own.map((partition) => ({ topic, partition })),
        standing,
      );
    }
    this.#positions = partitions.map((partition) => this.#commitOf(partition)?.offset ?? 0);
    this.#unread = new Set(partitions);
  }

  read(partition: number): boolean {
    const record = this.#log[partition]?.[this.#positions[partition] as number];
    if (record === undefined) return false;
    this.#positions[partition] = record.offset + 1;
    const noted = this.#unread.delete(partition) ? this.#commitOf(partition)?.metadata : undefined;
    const { intake } = this.#worker(this.#owners[partition] as number);
    intake.records({ topic, partition, records: [record] }, noted);
    return true;
  }

  /** Begins a piece of work; or, where it is begun, ends it or hands it on to a partition. */
  work(number: number, pick: number, onTo: number | "end"): boolean {
    const { inWork, isMember } = this.#worker(number);
    const index = pick % Math.max(1, inWork.length);
    const work = inWork[index];
    if (work === undefined || !isMember) return false;
    const { taken } = work;
    if (!work.isBegun && !taken.lost && taken.begin()) {
      work.isBegun = true;
      return true;
    }
    inWork.splice(index, 1);
    if (!work.isBegun) return true;
    const job = this.#jobOf.get(nameOf(taken.record)) as number;
    if (onTo === "end") this.ended.add(job);
    else if (!taken.lost && taken.leave()) this.#append(job, onTo, handOnHeaders(taken.record));
    taken.finish();
    return true;
  }

  async commit(number: number): Promise<void> {
    const { intake, isMember } = this.#worker(number);
    if (isMember) await intake.commit();
  }

  #append(job: number, partition: number, headers: Record<string, string>): void {
    const log = this.#log[partition] as LogRecord[];
    const record = someRecord({ topic, partition, offset: log.length, headers });
    log.push(record);
    this.#jobOf.set(nameOf(record), job);
  }

  #commitOf(partition: number): CommittedOffset | undefined {
    return this.#committed.get(partitionKey({ topic, partition }));
  }

  #worker(number: number): Worker {
    return this.#workers[number] as Worker;
  }
}

const worker = fc.constantFrom(...workers);
const partition = fc.constantFrom(...partitions);
const step = fc.oneof(
  fc.record({ kind: fc.constant("share"), owners: fc.tuple(worker, worker) }),
  fc.record({ kind: fc.constant("read"), partition }),
  fc.record({ kind: fc.constant("commit"), worker }),
  fc.record({
    kind: fc.constant("work"),
    worker,
    pick: fc.nat(2),
    onTo: fc.oneof(partition, partition, fc.constant("end" as const)),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(world: World, each: Step): Promise<void> {
  if ("owners" in each) world.share(each.owners);
  else if ("partition" in each) world.read(each.partition);
  else if ("pick" in each) world.work(each.worker, each.pick, each.onTo);
  else await world.commit(each.worker);
}

it("no job is lost, however work goes from hand to hand and comes back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
      worker,
      async (steps, last) => {
        const world = new World();
        world.share([0, 0]);
        for (const each of steps) await take(world, each);
        // In the end one of them does what is left, in peace.
        world.share(partitions.map(() => last));
        let isAnyLeft = true;
        while (isAnyLeft) {
          const reads = partitions.map((each) => world.read(each));
          isAnyLeft = world.work(last, 0, "end") || reads.includes(true);
        }
        expect(world.ended).toEqual(new Set(Array.from({ length: jobs }, (_, job) => job)));
      },
    ),
    { numRuns: 20_000 },
  );
});
