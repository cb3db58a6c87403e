import type { ApiToken } from "../../src/access/api-token.ts";
import { TokenTable } from "../../src/access/token-table.ts";
import type { AccessEvent } from "../../src/access/access-events.ts";
import { newTokenText } from "../../src/access/token-text.ts";
import type { OutgoingRecord } from "../../src/log/log-record.ts";
import { OnhookError } from "../../src/errors.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** A token and what its holder has of it. */
export function someToken(changes: Partial<ApiToken> = {}): {
  readonly token: ApiToken;
  readonly text: string;
} {
  const { tokenId, text, hash } = newTokenText();
  const token: ApiToken = {
    tokenId,
    hash,
    name: "CRM",
    role: "tenant-admin",
    tenantId: "t1",
    scopes: [],
    createdAt: Date.UTC(2026, 0, 5),
    createdBy: "command",
    expiresAt: null,
    ...changes,
  };
  return { token, text };
}

/** Records as JSON; "poison" is none, and while it is away nothing can be read. */
export const jsonCodec = {
  away: false,
  encode: (token: ApiToken): Buffer => Buffer.from(JSON.stringify(token)),
  async decode(value: Buffer | null): Promise<ApiToken> {
    if (jsonCodec.away) throw new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
    if (String(value) === "poison")
      throw new OnhookError("AVRO_DECODE", { schemaId: 1, problem: "short" });
    return JSON.parse(String(value)) as ApiToken;
  },
};

/** A table whose events are JSON, and a topic that feeds it at once. */
export function tokensUnderTest(clock = createFakeClock()) {
  const events: AccessEvent[] = [];
  const table = new TokenTable({ codec: jsonCodec, clock, emit: (event) => events.push(event) });
  let end = 0;
  /** Gives the offset. */
  async function write({ key, value }: Pick<OutgoingRecord, "key" | "value">): Promise<number> {
    const offset = end;
    end += 1;
    const at = { topic: "onhook.tokens", partition: 0, offset, timestamp: clock.now() };
    const bytes = key === null ? null : Buffer.from(key);
    await table.apply({ ...at, key: bytes, value, headers: {} });
    table.position(end, end);
    return offset;
  }
  const put = async (token: ApiToken): Promise<number> =>
    await write({ key: token.tokenId, value: jsonCodec.encode(token) });
  return { table, clock, events, write, put, caughtUp: () => table.position(0, 0) };
}
