import type { Condition, Trigger } from "../../admin/contract/triggers.ts";
import { hasMask } from "./mask.ts";

/** A row of name and value; `id` keeps it the same row while both change. */
export interface Pair {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

export interface ConditionDraft extends Condition {
  readonly id: number;
}

export interface AuthDraft {
  readonly scheme: "none" | "basic" | "bearer";
  readonly username: string;
  /** The password or the token; a mask stands for what is saved. */
  readonly secret: string;
}

/** A trigger while it is edited. */
export interface Draft {
  readonly name: string;
  readonly enabled: boolean;
  readonly url: string;
  readonly method: Trigger["action"]["method"];
  readonly format: Trigger["action"]["format"];
  readonly retries: number;
  readonly customData: readonly Pair[];
  readonly headers: readonly Pair[];
  readonly auth: AuthDraft;
  readonly filters: readonly ConditionDraft[];
}

/** What is sent. */
export interface Written {
  readonly name: string;
  readonly enabled: boolean;
  readonly filters: readonly Condition[];
  readonly action: Readonly<Record<string, unknown>>;
}

let last = 0;

/** A number that no other row has. */
export function newId(): number {
  last += 1;
  return last;
}

export const noAuth: AuthDraft = { scheme: "none", username: "", secret: "" };

export const blankDraft: Draft = {
  name: "",
  enabled: true,
  url: "",
  method: "POST",
  format: "json",
  retries: 1,
  customData: [],
  headers: [],
  auth: noAuth,
  filters: [],
};

const pairsOf = (values: Readonly<Record<string, string>>): Pair[] =>
  Object.entries(values).map(([name, value]) => ({ id: newId(), name, value }));

function authOf(auth: Trigger["action"]["auth"]): AuthDraft {
  if (auth === null) return noAuth;
  const secret = auth.scheme === "basic" ? auth.password : auth.token;
  return { scheme: auth.scheme, username: auth.username ?? "", secret: secret ?? "" };
}

/** The draft that changes nothing. */
export function draftOf({ name, enabled, filters, action }: Trigger): Draft {
  const { url, method, format, retries } = action;
  return {
    name,
    enabled,
    url,
    method,
    format,
    retries,
    customData: pairsOf(action.customData),
    headers: pairsOf(action.headers),
    auth: authOf(action.auth),
    filters: filters.map((condition) => ({ ...condition, id: newId() })),
  };
}

/** Rows without a name and a value are no pairs yet. */
function valuesOf(pairs: readonly Pair[]): Record<string, string> {
  const given = pairs.filter(({ name, value }) => name !== "" || value !== "");
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

function writtenAuth({ scheme, username, secret }: AuthDraft): unknown {
  if (scheme === "none") return null;
  return scheme === "basic" ? { scheme, username, password: secret } : { scheme, token: secret };
}

/** What a draft is sent as. Secrets are changed elsewhere: those of the saved trigger go back as their masks. */
export function writtenOf(draft: Draft, saved: Trigger | null): Written {
  const { name, enabled, url, method, format, retries } = draft;
  return {
    name,
    enabled,
    filters: draft.filters.map(({ field, op, values, ignoreCase }) => ({
      field,
      op,
      values,
      ignoreCase,
    })),
    action: {
      url: url.trim(),
      method,
      format,
      retries,
      customData: valuesOf(draft.customData),
      headers: valuesOf(draft.headers),
      auth: writtenAuth(draft.auth),
      ...(saved === null
        ? {}
        : { secrets: saved.action.secrets, oldSecretsUntil: saved.action.oldSecretsUntil }),
    },
  };
}

/** Names that stand in two rows: one of them would be lost. */
export function namedTwice(pairs: readonly Pair[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of pairs) {
    if (name !== "" && seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return twice;
}

/**
 * Whether a draft would be saved other than it is meant, which the API can not see: with a row less, or with a mask in a
 * secret. The fields tell of it.
 */
export function isMistaken({ customData, headers, auth }: Draft): boolean {
  const isTwice = namedTwice(customData).size > 0 || namedTwice(headers).size > 0;
  return isTwice || hasMask(auth.secret) || headers.some(({ value }) => hasMask(value));
}

/** Whether a draft would change what is saved. */
export function isChanged(draft: Draft, saved: Trigger | null): boolean {
  const before = saved === null ? blankDraft : draftOf(saved);
  return JSON.stringify(writtenOf(draft, saved)) !== JSON.stringify(writtenOf(before, saved));
}
