interface ScenarioText {
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
    file: "kill.test.ts",
    what: "Two matchers and a deliverer; matchers are killed with SIGKILL and replaced.",
  },
  "kill-deliver": {
    file: "kill.test.ts",
    what: "A matcher and two deliverers; deliverers are killed with SIGKILL and replaced.",
  },
} as const satisfies Readonly<Record<string, ScenarioText>>;

export type ScenarioName = keyof typeof scenarios;
