import { randomUUID } from "node:crypto";
import type { CreatedToken, Me, Tenant } from "../../../src/admin/contract/access.ts";
import type { Handlers } from "../../../src/admin/contract/handlers.ts";
import { scopesOfRole } from "../../../src/access/principal.ts";
import type { AccessRole, Principal, Scope } from "../../../src/access/principal.ts";
import { FakeError, asking, notFound, pageOf } from "./fake-error.ts";
import { noteChange, principalOf, tokenTexts } from "./fake-state.ts";
import type { FakeState } from "./fake-state.ts";
import { triggersOf } from "./fake-triggers.ts";

type SessionHandlers = Pick<
  Handlers,
  "readMe" | "readSignInOptions" | "signIn" | "signOut" | "createSignInLink"
>;
type TokenHandlers = Pick<
  Handlers,
  | "listTokens"
  | "createToken"
  | "revokeToken"
  | "listTenantTokens"
  | "createTenantToken"
  | "revokeTenantToken"
>;
type TenantHandlers = Pick<
  Handlers,
  "listTenants" | "readTenant" | "writeTenant" | "deleteTenant" | "listChanges" | "listAllChanges"
>;

const meOf = (principal: Principal): Me => ({ ...principal, scopes: [...principal.scopes] });
const cookie = (value: string, seconds: number): string =>
  `onhook_session=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;

/** Signing in by one of `tokenTexts`, or by a code that is a role. */
export function sessionHandlers(state: FakeState): SessionHandlers {
  return {
    readMe: async (_, context) => ({ body: meOf(asking(context)) }),
    readSignInOptions: async () => ({ body: { oidc: true } }),
    signIn: async ({ body }) => {
      const roles = Object.keys(tokenTexts) as AccessRole[];
      const role = roles.find((role) =>
        "token" in body ? tokenTexts[role] === body.token : role === body.code,
      );
      if (role === undefined) throw new FakeError(401, "UNAUTHENTICATED");
      const session = randomUUID();
      const principal = principalOf(role);
      state.sessions.set(session, principal);
      return { body: meOf(principal), cookies: [cookie(session, 28_800)] };
    },
    signOut: async () => ({ body: undefined, cookies: [cookie("", 0)] }),
    createSignInLink: async ({ body }) => ({
      body: {
        url: `/${body.locale}/webhooks/sign-in?code=tenant-admin`,
        expiresAt: new Date(Date.now() + body.validSeconds * 1000).toISOString(),
      },
    }),
  };
}

interface Wanted {
  readonly name: string;
  readonly role: AccessRole;
  readonly tenantId: string | null;
  readonly scopes: readonly Scope[];
  readonly expiresInDays: number | null;
}

function createToken(state: FakeState, who: Principal, wanted: Wanted): CreatedToken {
  const { name, role, tenantId, scopes, expiresInDays } = wanted;
  const token = {
    tokenId: randomUUID(),
    name,
    role,
    tenantId,
    scopes: scopes.length > 0 ? [...scopes] : [...scopesOfRole[role]],
    createdAt: new Date().toISOString(),
    createdBy: who.name,
    expiresAt:
      expiresInDays === null
        ? null
        : new Date(Date.now() + expiresInDays * 86_400_000).toISOString(),
  };
  state.tokens.set(token.tokenId, token);
  noteChange(state, who, { action: "token.created", tenantId, subject: name });
  return { ...token, secret: `onhook_${randomUUID()}` };
}

function revoke(state: FakeState, tokenId: string): { body: undefined } {
  if (!state.tokens.delete(tokenId)) throw notFound();
  return { body: undefined };
}

/** Tokens in memory; they sign nobody in. */
export function tokenHandlers(state: FakeState): TokenHandlers {
  const all = () => [...state.tokens.values()];
  return {
    listTokens: async ({ query }) => ({ body: pageOf(all(), query) }),
    createToken: async ({ body }, context) => ({ body: createToken(state, asking(context), body) }),
    revokeToken: async ({ params }) => revoke(state, params.tokenId),
    listTenantTokens: async ({ params, query }) => ({
      body: pageOf(
        all().filter(({ tenantId }) => tenantId === params.tenantId),
        query,
      ),
    }),
    createTenantToken: async ({ params: { tenantId }, body }, context) => ({
      body: createToken(state, asking(context), { ...body, role: "tenant-admin", tenantId }),
    }),
    revokeTenantToken: async ({ params }) => revoke(state, params.tokenId),
  };
}

function tenantOf(state: FakeState, tenantId: string): Tenant {
  const tenant = state.tenants.get(tenantId);
  if (tenant === undefined) throw notFound();
  const statuses = triggersOf(state, tenantId).map(({ trigger }) => trigger.status);
  const count = (status: string): number => statuses.filter((found) => found === status).length;
  return {
    ...tenant,
    triggers: {
      all: statuses.length,
      active: count("active"),
      disabled: count("disabled"),
      overLicence: count("over-licence"),
    },
  };
}

/** Tenants and changes in memory. */
export function tenantHandlers(state: FakeState): TenantHandlers {
  const etag = (tenantId: string): string => String(state.tenantVersions.get(tenantId) ?? 1);
  return {
    listTenants: async ({ query }) => {
      const search = (query.search ?? "").toLowerCase();
      const found = [...state.tenants.values()]
        .filter(({ name, tenantId }) => `${name} ${tenantId}`.toLowerCase().includes(search))
        .map(({ tenantId }) => tenantOf(state, tenantId));
      return { body: pageOf(found, query) };
    },
    readTenant: async ({ params: { tenantId } }) => ({
      body: tenantOf(state, tenantId),
      etag: etag(tenantId),
    }),
    writeTenant: async ({ params: { tenantId }, body }, context) => {
      if (context.ifMatch !== null && context.ifMatch !== etag(tenantId))
        throw new FakeError(412, "TRIGGER_CHANGED");
      const name = typeof body.name === "string" ? body.name : "";
      const maxTriggers = (body.maxTriggers ?? null) as number | null;
      state.tenants.set(tenantId, {
        tenantId,
        name,
        maxTriggers,
        suspended: body.suspended === true,
      });
      state.tenantVersions.set(tenantId, Number(etag(tenantId)) + 1);
      noteChange(state, asking(context), { action: "tenant.written", tenantId });
      return { body: tenantOf(state, tenantId), etag: etag(tenantId) };
    },
    deleteTenant: async ({ params: { tenantId } }, context) => {
      if (!state.tenants.delete(tenantId)) throw notFound();
      noteChange(state, asking(context), { action: "tenant.deleted", tenantId });
      return { body: undefined };
    },
    listChanges: async ({ params: { tenantId }, query }) => {
      const found = state.changes.filter(
        (change) =>
          change.tenantId === tenantId &&
          (query.triggerId === undefined || change.triggerId === query.triggerId),
      );
      return { body: pageOf(found, query) };
    },
    listAllChanges: async ({ query }) => ({ body: pageOf(state.changes, query) }),
  };
}
