import { z } from "zod";
import { adminSettings } from "./admin-settings.ts";
import { kafkaSettings, registrySettings } from "./connection-settings.ts";
import { historySettings } from "./history-settings.ts";
import { choice, group, list, text, wholeNumber } from "./setting.ts";
import { secretSettings } from "./secret-settings.ts";
import {
  auditSettings,
  deliverySettings,
  matchSettings,
  metricsSettings,
} from "./stage-settings.ts";
import { topicSettings } from "./topic-settings.ts";
import { tracingSettings } from "./tracing-settings.ts";

const roles = ["match", "deliver", "admin"] as const;
export type Role = (typeof roles)[number];

/** Every setting of Onhook: its place, kind, limits, default, unit and meaning. All else about settings is derived from it. */
export const settingsSchema = group("Settings of Onhook.", {
  roles: list<Role>([...roles], {
    doc: "What this process does: match (CDRs to jobs), deliver (jobs to requests), admin (the API, the portal, the audit, the lag of groups).",
    items: "texts",
    schema: z
      .array(z.enum(roles))
      .min(1)
      .refine((given) => new Set(given).size === given.length),
    allowed: `one or more of ${roles.join(", ")}, each once`,
  }),
  kafka: kafkaSettings,
  registry: registrySettings,
  topics: topicSettings,
  match: matchSettings,
  delivery: deliverySettings,
  secrets: secretSettings,
  audit: auditSettings,
  metrics: metricsSettings,
  http: group("The service's own HTTP: health, metrics, API.", {
    host: text("0.0.0.0", {
      doc: "Address that is listened on; 0.0.0.0: all of IPv4, `::`: all.",
      schema: z.string().regex(/^[^\s/]+$/),
      allowed: "an address or host name",
    }),
    port: wholeNumber(8080, {
      doc: "Port that is listened on; 0: any free one.",
      min: 0,
      max: 65_535,
    }),
  }),
  admin: adminSettings,
  history: historySettings,
  tracing: tracingSettings,
  log: group("The service's log: one JSON object a line, on standard output.", {
    level: choice(["trace", "debug", "info", "warn", "error", "fatal"], "info", {
      doc: "The least severe level that is written.",
    }),
  }),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** All settings, whole and valid. What may be absent is null. */
export type Config = DeepReadonly<z.output<typeof settingsSchema>>;
