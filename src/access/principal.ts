/** Who may do what through the API and the portal: pure data and one question. */

/** What a request needs, and what a token may be cut down to. */
export const scopes = [
  "tenants:read",
  "tenants:write",
  "triggers:read",
  "triggers:write",
  "triggers:test",
  "calls:read",
  "deliveries:read",
  "deliveries:redeliver",
  "values:reveal",
  "tokens:read",
  "tokens:write",
  "changes:read",
] as const;
export type Scope = (typeof scopes)[number];

/** `tenant-admin` belongs to one tenant; `support` reads everything, masked; `operator` runs the platform. */
export const accessRoles = ["tenant-admin", "support", "operator"] as const;
export type AccessRole = (typeof accessRoles)[number];

/** The most that each role may do. What a call carries is shown in clear to nobody but its own tenant. */
export const scopesOfRole = {
  "tenant-admin": [
    "tenants:read",
    "triggers:read",
    "triggers:write",
    "triggers:test",
    "calls:read",
    "deliveries:read",
    "deliveries:redeliver",
    "values:reveal",
    "tokens:read",
    "tokens:write",
    "changes:read",
  ],
  support: [
    "tenants:read",
    "triggers:read",
    "calls:read",
    "deliveries:read",
    "tokens:read",
    "changes:read",
  ],
  operator: [
    "tenants:read",
    "tenants:write",
    "triggers:read",
    "triggers:write",
    "triggers:test",
    "calls:read",
    "deliveries:read",
    "deliveries:redeliver",
    "tokens:read",
    "tokens:write",
    "changes:read",
  ],
} as const satisfies Record<AccessRole, readonly Scope[]>;

/**
 * What somebody may do who came by a sign-in link: all of a tenant's administrator, whatever the link's maker may do, but
 * make or revoke tokens. A link is for one sitting, and a token would outlive it.
 */
export const scopesOfLink: readonly Scope[] = scopesOfRole["tenant-admin"].filter(
  (scope) => scope !== "tokens:write",
);

/** How somebody proved who they are. */
export type Credential = "token" | "oidc" | "session";

/** Whoever makes a request. */
export interface Principal {
  /** Stable, and fit for the log of changes: `token:<id>`, `oidc:<subject>`, `link:<id>` of a sign-in link. */
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
  readonly role: AccessRole;
  /** The tenant it is bound to; null: it may look at all. Never null for tenant-admin. */
  readonly tenantId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  readonly credential: Credential;
}

/** What becomes of a request: another tenant's things are not forbidden but unknown, so that nobody learns of them. */
export type Permission = "granted" | "unknown" | "forbidden";

/** Whether it may do this; `tenantId` null: the request is about no tenant, or about all of them. */
export function permissionOf(
  principal: Pick<Principal, "tenantId" | "scopes">,
  scope: Scope,
  tenantId: string | null,
): Permission {
  if (principal.tenantId !== null && tenantId !== null && principal.tenantId !== tenantId)
    return "unknown";
  if (!principal.scopes.has(scope)) return "forbidden";
  return principal.tenantId !== null && tenantId === null ? "forbidden" : "granted";
}
