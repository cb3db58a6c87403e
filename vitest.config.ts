import { defineConfig } from "vitest/config";

/** The fault scenarios that are worth their time in every run of the tests; `npm run test:faults` runs all. */
const everyTime = ["kill", "freeze-match", "broker-kill"].map(
  (name) => `test/faults/scenarios/${name}.test.ts`,
);

/** A loaded machine must not make a wait too short; what is waited for comes at once else. */
const waiting = { poll: { timeout: 20_000 } };

/** Unit tests do no I/O. Everything that needs the real Kafka and registry shares one sandbox, started once. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/support/summary-reporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          expect: waiting,
          // A property test runs thousands of cases; a loaded machine must not make it fail.
          testTimeout: 60_000,
          include: ["test/**/*.test.ts"],
          exclude: ["test/{contracts,integration,e2e,bench,fuzz,faults,helm,portal/browser}/**"],
        },
      },
      {
        test: {
          name: "fuzz",
          expect: waiting,
          // A hundred thousand inputs take minutes; see test/fuzz/fuzz.ts.
          testTimeout: 3_600_000,
          include: ["test/fuzz/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "stack",
          expect: waiting,
          include: ["test/{contracts,integration,e2e}/**/*.test.ts", ...everyTime],
          globalSetup: ["test/support/global-stack.ts"],
          setupFiles: ["test/support/quiet-warnings.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        // The portal in a real Chromium, over an API in memory.
        test: {
          name: "portal",
          expect: waiting,
          include: ["test/portal/browser/**/*.test.ts"],
          setupFiles: ["test/support/quiet-warnings.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        // What is deployed: the Helm chart, by Helm itself.
        test: {
          name: "deploy",
          expect: waiting,
          include: ["test/helm/**/*.test.ts"],
          globalSetup: ["test/support/chart/chart-setup.ts"],
          setupFiles: ["test/support/quiet-warnings.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        // Hot functions one by one. `npm run bench:small`.
        test: {
          name: "small",
          include: [],
          benchmark: { include: ["test/bench/small/**/*.bench.ts"] },
        },
      },
      {
        // Slow on purpose: brokers and processes die in them. `npm run test:faults`.
        test: {
          name: "faults",
          expect: waiting,
          include: ["test/faults/**/*.test.ts"],
          globalSetup: ["test/support/fault-setup.ts", "test/support/global-stack.ts"],
          setupFiles: ["test/support/quiet-warnings.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
