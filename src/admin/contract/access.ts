import { z } from "zod";
import { accessRoles, scopes } from "../../access/principal.ts";
import { guid, instant, nextCursor, pageQuery, tenantId, locale } from "./shapes.ts";

export const me = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(accessRoles),
    tenantId: tenantId.nullable(),
    scopes: z.array(z.enum(scopes)),
    credential: z.enum(["token", "oidc", "session"]),
  })
  .meta({ id: "Me" });

/** Signs a browser in: by a token, or by the code of a sign-in link. */
export const signIn = z.union([
  z.strictObject({ token: z.string().min(1).max(500) }),
  z.strictObject({ code: z.string().min(1).max(2000) }),
]);

export const signInOptions = z
  .object({ oidc: z.boolean().describe("Whether the portal signs in by OpenID Connect.") })
  .meta({ id: "SignInOptions" });

export const createSignInLink = z.strictObject({
  tenantId,
  name: z.string().min(1).max(200).describe("Whom it is for, as the log of changes tells it."),
  locale,
  validSeconds: z.int().min(10).max(86_400).default(300),
});
export const signInLink = z
  .object({
    url: z.string().describe("Signs its tenant's administrator in, once."),
    expiresAt: instant,
  })
  .meta({ id: "SignInLink" });

export const token = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    role: z.enum(accessRoles),
    tenantId: tenantId.nullable(),
    scopes: z.array(z.enum(scopes)),
    createdAt: instant,
    createdBy: z.string(),
    expiresAt: instant.nullable(),
  })
  .meta({ id: "Token" });
export const tokenPage = z.object({ items: z.array(token), nextCursor });

export const createTenantToken = z.strictObject({
  name: z.string().min(1).max(200),
  scopes: z.array(z.enum(scopes)).default([]).describe("None: all of the role's."),
  expiresInDays: z.number().positive().max(3650).nullable().default(365),
});
export const createToken = createTenantToken.extend({
  role: z.enum(accessRoles),
  tenantId: tenantId.nullable().default(null),
});
export const createdToken = token
  .extend({ secret: z.string().describe("The token itself; it is shown this once.") })
  .meta({ id: "CreatedToken" });

export const tenant = z
  .object({
    tenantId,
    name: z.string(),
    maxTriggers: z.int().nullable(),
    suspended: z.boolean(),
    triggers: z.object({ all: z.int(), active: z.int(), disabled: z.int(), overLicence: z.int() }),
  })
  .meta({ id: "Tenant" });
export const writtenTenant = z
  .looseObject({
    name: z.unknown().optional().meta({ type: "string", maxLength: 200 }),
    maxTriggers: z
      .unknown()
      .optional()
      .meta({ type: ["integer", "null"], minimum: 0, maximum: 2_147_483_647 }),
    suspended: z.unknown().optional().meta({ type: "boolean" }),
  })
  .meta({ id: "WrittenTenant" });
export const tenantQuery = pageQuery.extend({ search: z.string().max(200).optional() });
export const tenantPage = z.object({ items: z.array(tenant), nextCursor });

/** In characters: what a later version writes may be longer, and is cut. */
export const mostOfAction = 100;
export const mostOfId = 200;

export const change = z
  .object({
    changeId: guid,
    at: instant,
    actorId: z
      .string()
      .describe(
        "`token:<id>`, `oidc:<subject>`, `link:<id>`, `command`; `service`: Onhook by itself.",
      ),
    actorName: z.string(),
    actorRole: z.string(),
    action: z
      .string()
      .max(mostOfAction)
      .describe("What was done, as in `trigger.created`. Later versions may know more actions."),
    tenantId: tenantId.nullable(),
    triggerId: z.string().max(mostOfId).nullable(),
    subject: z.string().nullable(),
    properties: z.array(z.string()),
  })
  .meta({ id: "Change" });
export const changeQuery = pageQuery.extend({ triggerId: guid.optional() });
export const changePage = z.object({ items: z.array(change), nextCursor });

export type Me = z.output<typeof me>;
export type Token = z.output<typeof token>;
export type CreatedToken = z.output<typeof createdToken>;
export type Tenant = z.output<typeof tenant>;
export type Change = z.output<typeof change>;
