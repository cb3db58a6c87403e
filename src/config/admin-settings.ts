import { z } from "zod";
import { flag, group, list, optionalText, text, wholeNumber } from "./setting.ts";

const address = z
  .string()
  .regex(/^https?:\/\/[^\s?#@\\]+$/)
  .refine((given) => URL.canParse(given));

const oidc = group(
  "Signing in by OpenID Connect. docs/access.md tells what the provider has to be told.",
  {
    issuer: optionalText({
      doc: "The provider's issuer, such as https://login.example.com/realms/platform; null: nobody signs in that way.",
      schema: address,
      allowed: "an http:// or https:// address without user, password, query and fragment",
    }),
    audience: text("onhook", {
      doc: "What a bearer token's `aud` must hold.",
      schema: z.string().min(1).max(500),
      allowed: "1 to 500 characters",
    }),
    clientId: optionalText({
      doc: "The client that the portal signs in as (authorization code with PKCE); null: the portal does not.",
    }),
    clientSecret: optionalText({ doc: "Its secret; null: it is a public client.", secret: true }),
    roleClaim: text("onhook_role", {
      doc: "The claim that holds tenant-admin, support or operator, alone or in a list; dots lead into objects.",
      schema: z.string().min(1).max(200),
      allowed: "1 to 200 characters",
    }),
    tenantClaim: text("onhook_tenant", {
      doc: "The claim that holds the tenant's id.",
      schema: z.string().min(1).max(200),
      allowed: "1 to 200 characters",
    }),
  },
);

export const adminSettings = group("The API and the portal of the admin role.", {
  publicUrl: optionalText({
    doc: "Where people reach the portal, without a path; null: where http.host and http.port say. With https its cookies never travel in the clear.",
    schema: address,
    allowed: "an http:// or https:// address without user, password, query and fragment",
  }),
  trustedProxies: list<string>([], {
    doc: "Addresses of the proxies before the portal whose X-Forwarded-For counts.",
    items: "texts",
    schema: z.array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()])),
    allowed: "addresses, or CIDR ranges such as 10.20.0.0/16",
  }),
  sessionKey: optionalText({
    doc: "What sessions and sign-in links are signed with; the same in every process of the role. null: a new one at each start, which ends them.",
    secret: true,
    schema: z.string().min(32).max(500),
    allowed: "32 to 500 characters",
  }),
  sessionHours: wholeNumber(8, {
    doc: "How long a browser stays signed in.",
    unit: "hours",
    min: 1,
    max: 720,
  }),
  requestsPerMinute: wholeNumber(1200, {
    doc: "How many requests all of a tenant together, or each who is bound to none, may make to one process.",
    unit: "requests",
    min: 1,
    max: 1_000_000,
  }),
  failedSignInsPerMinute: wholeNumber(10, {
    doc: "After how many refused credentials an address has to wait.",
    unit: "requests",
    min: 1,
    max: 1_000_000,
  }),
  testSendsPerMinute: wholeNumber(30, {
    doc: "How many test requests a tenant may make through one process.",
    unit: "requests",
    min: 1,
    max: 1_000_000,
  }),
  maxBodyBytes: wholeNumber(1_048_576, {
    doc: "The largest body of a request that is taken.",
    unit: "bytes",
    min: 1024,
    max: 104_857_600,
  }),
  portal: flag(true, { doc: "Whether the portal is served beside the API." }),
  oidc,
});
