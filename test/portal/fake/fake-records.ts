import type { Change, Token } from "../../../src/admin/contract/access.ts";
import { scopesOfRole } from "../../../src/access/principal.ts";
import { changeActions } from "../../../src/history/change-record.ts";
import { hostileName } from "./fake-calls.ts";

const day = 86_400_000;

interface Whose {
  readonly tenantId: string;
  readonly triggerId: string;
  readonly now: number;
}

/** Tokens of a tenant and one of the platform: one that counts for ever, one that soon ends, one that has ended. */
export function makeTokens({ tenantId, now }: Whose): Map<string, Token> {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const token = (
    tokenId: string,
    name: string,
    expiresInDays: number | null,
    more: Partial<Token> = {},
  ): [string, Token] => [
    tokenId,
    {
      tokenId,
      name,
      role: "tenant-admin",
      tenantId,
      scopes: [...scopesOfRole["tenant-admin"]],
      createdAt: iso(now - 90 * day),
      createdBy: "Ada Admin",
      expiresAt: expiresInDays === null ? null : iso(now + expiresInDays * day),
      ...more,
    },
  ];
  return new Map([
    token("t1", "CRM provisioning", null),
    token("t2", hostileName, 3, { scopes: ["triggers:read", "deliveries:read"] }),
    token("t3", "Old reporting", -2),
    token("t4", "Support desk", 200, { role: "support", tenantId: null }),
  ]);
}

/** One of each action, as somebody did it, the newest first; and a webhook that the service has switched off. */
export function makeChanges({ tenantId, triggerId, now }: Whose): Change[] {
  const changes = changeActions.map((action, index) => ({
    changeId: `cccccccc-0000-4000-8000-${String(index).padStart(12, "0")}`,
    at: new Date(now - (index + 1) * 7 * 60_000).toISOString(),
    actorId: "token:tenant-admin",
    actorName: index === 3 ? hostileName : "Ada Admin",
    actorRole: "tenant-admin",
    action,
    tenantId,
    triggerId: action.startsWith("trigger.") ? triggerId : null,
    subject: action === "delivery.redelivered" ? "aaaaaaaa-0000-4000-8000-000000000003" : null,
    properties: action === "trigger.replaced" ? ["name", "action.url", "filters[0].values"] : [],
  }));
  const gone: Change = {
    changeId: "cccccccc-0000-4000-8000-999999999999",
    at: new Date(now - 60_000).toISOString(),
    actorId: "service",
    actorName: "deliver",
    actorRole: "service",
    action: "trigger.disabled",
    tenantId,
    triggerId,
    subject: "gone",
    properties: ["enabled", "disabledReason"],
  };
  return [gone, ...changes];
}
