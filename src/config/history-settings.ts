import { flag, group, optionalText, wholeNumber } from "./setting.ts";

export const historySettings = group(
  "What the admin role remembers of attempts, changes and calls. All of it is made of the topics again where it is lost.",
  {
    file: optionalText({
      doc: "The SQLite file of the history; two more stand beside it. null: one of its own in the system's folder for temporary files, which goes with the process.",
    }),
    maxAgeDays: wholeNumber(30, {
      doc: "How long attempts and changes are remembered.",
      unit: "days",
      min: 1,
      max: 3650,
    }),
    maxMegabytes: wholeNumber(4096, {
      doc: "How large the file may become; beyond it the oldest attempts are forgotten.",
      unit: "MiB",
      min: 64,
      max: 1_048_576,
    }),
    keepCalls: flag(false, {
      doc: "Whether the history keeps the calls of deliveries, personal data included, for as long as the attempts. Otherwise a payload is shown while the calls' topic still has the call.",
    }),
    recentCallsPerTenant: wholeNumber(1000, {
      doc: "How many of a tenant's last calls are held in memory, for explanations and dry runs; 0: none, and no calls are read.",
      unit: "calls",
      min: 0,
      max: 100_000,
    }),
    recentCallsMegabytes: wholeNumber(256, {
      doc: "How much memory these may take in all; beyond it the oldest are forgotten.",
      unit: "MiB",
      min: 1,
      max: 65_536,
    }),
  },
);
