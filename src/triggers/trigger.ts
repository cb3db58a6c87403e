import type { FieldType } from "../cdr/field-catalog.ts";

export const httpMethods = ["GET", "POST", "PUT"] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** How POST and PUT carry the payload. */
export const triggerFormats = ["json", "form", "multipart"] as const;
export type TriggerFormat = (typeof triggerFormats)[number];

interface OperatorRule {
  /** The types of field it fits. */
  readonly on: readonly FieldType[];
  readonly values: "none" | "one" | "many";
}

/** What each operator fits and how many values it takes. Source: spec, section 4. */
export const operatorRules = {
  eq: { on: ["text", "number", "time", "boolean"], values: "one" },
  ne: { on: ["text", "number", "time", "boolean"], values: "one" },
  in: { on: ["text", "number", "time", "boolean"], values: "many" },
  notIn: { on: ["text", "number", "time", "boolean"], values: "many" },
  prefix: { on: ["text"], values: "many" },
  suffix: { on: ["text"], values: "many" },
  contains: { on: ["text"], values: "many" },
  wildcard: { on: ["text"], values: "many" },
  gt: { on: ["number", "time"], values: "one" },
  gte: { on: ["number", "time"], values: "one" },
  lt: { on: ["number", "time"], values: "one" },
  lte: { on: ["number", "time"], values: "one" },
  exists: { on: ["text", "number", "time", "boolean", "container"], values: "none" },
  absent: { on: ["text", "number", "time", "boolean", "container"], values: "none" },
  localTime: { on: ["time"], values: "many" },
  notLocalTime: { on: ["time"], values: "many" },
} as const satisfies Record<string, OperatorRule>;

export type Operator = keyof typeof operatorRules;
export const operators = Object.keys(operatorRules) as readonly Operator[];

/** One condition on a property of the call; its values are text, read by the property's type. */
export interface Condition {
  readonly field: string;
  readonly op: Operator;
  readonly values: readonly string[];
  readonly ignoreCase: boolean;
}

export const authSchemes = ["basic", "bearer"] as const;
export type AuthScheme = (typeof authSchemes)[number];

/** Credentials that a request carries in the header `authorization`. */
export interface Auth {
  readonly scheme: AuthScheme;
  /** Of basic; null with bearer. */
  readonly username: string | null;
  /** The password of basic, the token of bearer. */
  readonly secret: string;
}

/** The request that a trigger makes. */
export interface Action {
  readonly url: string;
  readonly method: HttpMethod;
  readonly format: TriggerFormat;
  readonly customData: Readonly<Record<string, string>>;
  /** How many more times a failed request is tried, 0 to 10. */
  readonly retries: number;
  /** `whsec_<base64>` or `whsk_<base64>`, the newest first. */
  readonly secrets: readonly string[];
  /** From then on the first secret alone signs; ms since the epoch, null: all sign. */
  readonly oldSecretsUntil: number | null;
  /** Headers of its own, which every request carries. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Auth | null;
}

/** A webhook's configuration, as `schemas/trigger.avsc` writes it. */
export interface Trigger {
  readonly triggerId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Why it was disabled, where the service did it by itself. */
  readonly disabledReason: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | null;
  /** All must hold; none means every call. */
  readonly filters: readonly Condition[];
  readonly action: Action;
}

/** One thing that is wrong with what somebody wrote. */
export interface Problem {
  /** Where: `filters[0].op`, `action.url`; empty for the whole. */
  readonly path: string;
  /** What; never quotes a value, which may be personal or secret. */
  readonly message: string;
}
