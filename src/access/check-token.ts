import type { ApiToken } from "./api-token.ts";
import { accessRoles } from "./principal.ts";
import type { AccessRole } from "./principal.ts";
import { isTokenHash, isTokenId } from "./token-text.ts";

type Fields = Readonly<Record<string, unknown>>;
type Rule = readonly [
  path: keyof ApiToken,
  message: string,
  holds: (fields: Fields, key: string) => boolean,
];

const isText = (value: unknown): value is string => typeof value === "string";
/** As long as the API takes them, and tells them. */
const longestTenant = 200;
/** The last instant whose year has four digits: what is beyond can't be told as ISO 8601. */
export const lastTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const isTime = (value: unknown): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= lastTime;

/** What a token has to be. Nothing of this is seen to by the schema, and other programs can write to the topic. */
const rules: readonly Rule[] = [
  ["tokenId", "has to be the event's key", ({ tokenId }, key) => tokenId === key],
  ["tokenId", "has 1 to 40 small letters and digits", (_, key) => isTokenId(key)],
  ["hash", "has to be 64 hexadecimal digits", ({ hash }) => isText(hash) && isTokenHash(hash)],
  ["name", "has to be text", ({ name }) => isText(name)],
  ["role", "is none that there is", ({ role }) => accessRoles.includes(role as AccessRole)],
  [
    "tenantId",
    "has to be a tenant's id, or null",
    ({ tenantId }) =>
      tenantId === null ||
      (isText(tenantId) && tenantId !== "" && tenantId.length <= longestTenant),
  ],
  [
    "tenantId",
    "is missing: a tenant-admin belongs to a tenant",
    ({ role, tenantId }) => role !== "tenant-admin" || tenantId !== null,
  ],
  [
    "scopes",
    "has to be a list of texts",
    ({ scopes }) => Array.isArray(scopes) && scopes.every(isText),
  ],
  ["createdAt", "has to be a time", ({ createdAt }) => isTime(createdAt)],
  ["createdBy", "has to be text", ({ createdBy }) => isText(createdBy)],
  [
    "expiresAt",
    "has to be a time, or null",
    ({ expiresAt }) => expiresAt === null || isTime(expiresAt),
  ],
];

export type CheckedToken =
  | { readonly token: ApiToken }
  /** Properties and rules, never values. */
  | { readonly problems: readonly string[] };

/** Whether what stands in the topic under a key is a token. */
export function checkToken(key: string, value: unknown): CheckedToken {
  if (typeof value !== "object" || value === null) return { problems: ["it is no record"] };
  const broken = rules.filter(([, , holds]) => !holds(value as Fields, key));
  if (broken.length > 0) return { problems: broken.map(([path, message]) => `${path} ${message}`) };
  return { token: value as ApiToken };
}
