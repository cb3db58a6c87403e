import type { IncomingHttpHeaders } from "node:http";
import { composeAccess } from "../../src/app/access.ts";
import type { ApiToken } from "../../src/access/api-token.ts";
import type { Principal } from "../../src/access/principal.ts";
import type { AskedBy } from "../../src/admin/contract/authentication.ts";
import type { RequestContext } from "../../src/admin/contract/handlers.ts";
import { loadConfig } from "../../src/config.ts";
import type { AuditedWriter, Change } from "../../src/configuration/audited-writer.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { jsonCodec, someToken, tokensUnderTest } from "./some-tokens.ts";

export const publicUrl = "https://hooks.example.com";
export const someAddress = "203.0.113.7";

/** A request as the server tells of it. */
export function asked(
  headers: IncomingHttpHeaders = {},
  method = "GET",
  address = someAddress,
): AskedBy {
  return { method, headers: { host: "hooks.example.com", ...headers }, address };
}

export function contextOf(
  principal: Principal | null,
  from: AskedBy = asked({}, "POST"),
): RequestContext {
  const signal = new AbortController().signal;
  return { principal, asked: from, ifMatch: null, onlyNew: false, signal };
}

/** What a browser sends back of `set-cookie`. */
export function sentBack(cookies: readonly string[] = []): string {
  return cookies
    .map((cookie) => cookie.split(";")[0] ?? "")
    .filter((pair) => !pair.endsWith("="))
    .join("; ");
}

/** All of it but Kafka: what is written comes back in the table at once. */
export function accessUnderTest(
  env: Readonly<Record<string, string>> = {},
  { isRead = true, startsAt = Date.UTC(2026, 0, 5, 9) } = {},
) {
  const topic = tokensUnderTest(createFakeClock(startsAt));
  const { table, clock } = topic;
  if (isRead) topic.caughtUp();
  const events: AnyEvent[] = [];
  const changes: Change[] = [];
  const writer: AuditedWriter = {
    async write(records, change) {
      const offsets = [];
      for (const record of records)
        offsets.push({ topic: record.topic, partition: 0, offset: await topic.write(record) });
      changes.push(change);
      return offsets;
    },
  };
  const around = {
    config: loadConfig({
      env: {
        ONHOOK_ADMIN_PUBLIC_URL: publicUrl,
        ONHOOK_ADMIN_SESSION_KEY: "k".repeat(32),
        ...env,
      },
    }),
    clock,
    emit: (event: AnyEvent) => void events.push(event),
    kafkaLog: () => undefined,
    userAgent: "onhook/test",
  };
  /** The same once more, as another process has it. */
  const another = () => composeAccess(around, table, { tokens: jsonCodec }, writer);
  const access = another();
  async function tokenOf(changes: Partial<ApiToken> = {}) {
    const made = someToken(changes);
    await topic.put(made.token);
    return { ...made, bearer: asked({ authorization: `Bearer ${made.text}` }) };
  }
  /** Whoever has such a token. */
  async function principalOf(changes: Partial<ApiToken> = {}): Promise<Principal> {
    const { bearer } = await tokenOf(changes);
    const principal = await access.authentication.authenticate(bearer);
    if (principal === null) throw new Error("nobody");
    return principal;
  }
  const operator = () => principalOf({ role: "operator", tenantId: null });
  return { ...access, ...topic, events, changes, another, tokenOf, principalOf, operator };
}

/** What the operations without parameters are given. */
export const nothing = { params: undefined, query: undefined, body: undefined };
