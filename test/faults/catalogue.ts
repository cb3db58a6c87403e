/** A scenario in words. */
export interface ScenarioText {
  readonly file: string;
  readonly what: string;
}

/** Every scenario, and what it does in words; docs/guarantees.md is made of this and of results. */
export const scenarios = {
  "kill-combined": {
    file: "kill.test.ts",
    what: "Two processes with both roles; again and again one is killed with SIGKILL and replaced.",
  },
  "kill-match": {
    file: "kill-roles.test.ts",
    what: "Two matchers and a deliverer; matchers are killed with SIGKILL and replaced.",
  },
  "kill-deliver": {
    file: "kill-roles.test.ts",
    what: "A matcher and two deliverers; deliverers are killed with SIGKILL and replaced.",
  },
  "freeze-match": {
    file: "freeze-match.test.ts",
    what: "Two matchers and a deliverer; a matcher is stopped with SIGSTOP in the middle of a batch, until the group has given its partitions away, and then thawed. It must be fenced off, commit nothing and join again.",
  },
  "freeze-deliver": {
    file: "freeze-deliver.test.ts",
    what: "A matcher and two deliverers; a deliverer with requests in flight is stopped with SIGSTOP until the group has given its partitions away, and then thawed.",
  },
  "rebalance-storm": {
    file: "storm.test.ts",
    what: "One process stays; others join and leave (SIGTERM) as fast as the groups let them.",
  },
  "rolling-upgrade": {
    file: "rolling.test.ts",
    what: "Two matchers and two deliverers are replaced one after the other, as a rolling upgrade does: the new process is ready before the old one is told to stop (SIGTERM).",
  },
  "broker-restart": {
    file: "broker-restart.test.ts",
    what: "The only broker is restarted in order.",
  },
  "broker-kill": {
    file: "broker-kill.test.ts",
    what: "The only broker is killed with SIGKILL and started again.",
  },
  "cluster-loses-one": {
    file: "cluster.test.ts",
    what: "One of three brokers is killed, so that leaders move while batches are in flight; it comes back later.",
  },
  "cluster-loses-two": {
    file: "cluster.test.ts",
    what: "Two of three brokers are killed: what is left can't take a write for lack of in-sync replicas, until they are back.",
  },
  "registry-down-at-start": {
    file: "registry.test.ts",
    what: "Processes start, and calls come, while there is no schema registry; it comes later.",
  },
  "registry-down-in-the-middle": {
    file: "registry.test.ts",
    what: "The registry is gone for a while; a process that has read no schema yet joins meanwhile.",
  },
  "bad-receivers": {
    file: "receivers.test.ts",
    what: "Receivers hang, drip a byte a second, close half-way, send a gigabyte and answer what is not HTTP; one works.",
  },
  "clock-forward": {
    file: "clock.test.ts",
    what: "The clock of the machine that two processes run on is set an hour forward under load. No retry comes early but those that were waiting at that moment.",
  },
  "clock-back": {
    file: "clock.test.ts",
    what: "The same, an hour back.",
  },
  "retention-of-calls": {
    file: "retention.test.ts",
    what: "While no matcher runs, the broker deletes calls that none has read. That is told as an error, with the exact count; all other calls are matched.",
  },
  "retention-of-jobs": {
    file: "retention.test.ts",
    what: "The same with jobs, while no deliverer runs.",
  },
} as const satisfies Readonly<Record<string, ScenarioText>>;

export type ScenarioName = keyof typeof scenarios;
