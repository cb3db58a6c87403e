import type { ScriptedAnswer } from "./fake-http-sender.ts";
import { createMemoryFlow } from "./memory-flow.ts";
import type { MemoryFlow } from "./memory-flow.ts";
import type { MemoryWorker } from "./memory-worker.ts";

/** What may happen without any request having to be repeated. */
export const calm = [
  "call",
  "time",
  "answer",
  "hold",
  "release",
  "trigger",
  "no trigger",
  "log away",
  "log back",
  "registry away",
  "registry back",
] as const;

/** What moves work from one worker to another. */
export const disturbing = ["start", "stop", "crash", "freeze", "thaw", "rebalance"] as const;

export interface Happening {
  readonly type: (typeof calm)[number] | (typeof disturbing)[number];
  /** How much, how long, or which one; any number from 0 on. */
  readonly which: number;
}

const times = [0, 1, 99, 500, 2000, 7000];

const urls = ["https://one.example.com/", "https://two.example.com/"];

const answers: readonly ScriptedAnswer[] = [
  { status: 200 },
  { status: 500 },
  { status: 400 },
  { status: 429, retryAfter: "7" },
  { failure: "timeout" },
];

const mostWorkers = 3;

/** The element with that number, going round. */
function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}

/** A service to which things happen: one tenant with two triggers, the first of which fires for every call. */
export class MemoryStory {
  readonly flow: MemoryFlow;
  readonly #workers: MemoryWorker[] = [];
  readonly #held = new Map<string, () => void>();
  readonly #ending: Promise<void>[] = [];
  #disturbed = false;

  private constructor(flow: MemoryFlow) {
    this.flow = flow;
  }

  /** Lets all of it happen, then all is well again, and everything has the time to come to its end. */
  static async tell(happenings: readonly Happening[]): Promise<MemoryFlow> {
    const limits = { maxInFlight: 8, maxBufferedPerPartition: 6 };
    const flow = await createMemoryFlow({ partitions: 2, commitIntervalMs: 1000, ...limits });
    const story = new MemoryStory(flow);
    await story.#begin();
    for (const { type, which } of happenings) await story.#acts[type](which);
    await story.#end();
    return flow;
  }

  async #begin(): Promise<void> {
    for (const url of urls) this.flow.receivers.script(url, { status: 200 });
    for (const number of [1, 2]) await this.#publish(number);
    this.#workers.push(await this.flow.start());
  }

  async #publish(number: number, enabled = true): Promise<void> {
    const url = pick(urls, number);
    await this.flow.trigger({ number, enabled, action: { url, retries: 3 } });
  }

  /** Where workers came and went, a new one takes over from all of them. */
  async #end(): Promise<void> {
    this.flow.log.away = false;
    this.flow.registry.away = false;
    for (const release of this.#held.values()) release();
    for (const url of urls) this.flow.receivers.script(url, { status: 200 });
    await this.flow.clock.advance(1000);
    if (this.#disturbed) {
      for (const worker of this.#workers) await worker.crash();
      await Promise.all(this.#ending);
      await this.flow.start();
    }
    await this.flow.clock.advance(60_000);
  }

  readonly #acts: Readonly<Record<Happening["type"], (which: number) => Promise<void>>> = {
    call: async (which) => {
      for (let call = 0; call <= which; call += 1) await this.flow.call();
    },
    time: (which) => this.flow.clock.advance(pick(times, which) ?? 0),
    answer: async (which) => {
      const answer = pick(answers, which >> 1) ?? { status: 200 };
      this.flow.receivers.script(pick(urls, which) ?? "", answer);
    },
    hold: async (which) => {
      const url = pick(urls, which) ?? "";
      if (!this.#held.has(url)) this.#held.set(url, this.flow.receivers.hold(url));
    },
    release: async (which) => {
      const url = pick(urls, which) ?? "";
      this.#held.get(url)?.();
      this.#held.delete(url);
      await this.#letGo();
    },
    trigger: (which) => this.#publish(2, which % 2 === 0),
    "no trigger": () => this.flow.deleteTrigger(2),
    "log away": () => this.#setLogAway(true),
    "log back": () => this.#setLogAway(false),
    "registry away": async () => void (this.flow.registry.away = true),
    "registry back": async () => void (this.flow.registry.away = false),
    start: async () => {
      this.#disturbed = true;
      if (this.#workers.length >= mostWorkers || this.flow.registry.away) return;
      this.#workers.push(await this.flow.start());
    },
    stop: async (which) => {
      const worker = this.#remove(which);
      if (worker !== undefined) this.#ending.push(worker.stop());
      await this.#letGo();
    },
    crash: async (which) => this.#remove(which)?.crash(),
    freeze: async (which) => {
      this.#disturbed = true;
      const worker = pick(this.#workers, which);
      for (const consumer of [worker?.jobs, worker?.retries]) consumer?.expel();
      await this.#letGo();
    },
    thaw: async (which) => {
      const worker = pick(this.#workers, which);
      for (const consumer of [worker?.jobs, worker?.retries]) consumer?.rejoin();
      await this.#letGo();
    },
    rebalance: async (which) => {
      this.#disturbed = true;
      this.flow.groups.get(pick(["match", "deliver", "retries"], which) ?? "").rebalance(1);
      await this.#letGo();
    },
  };

  #remove(which: number): MemoryWorker | undefined {
    this.#disturbed = true;
    const worker = pick(this.#workers, which);
    if (worker !== undefined) this.#workers.splice(this.#workers.indexOf(worker), 1);
    return worker;
  }

  async #setLogAway(away: boolean): Promise<void> {
    this.flow.log.away = away;
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    await this.flow.clock.advance(0);
  }
}
