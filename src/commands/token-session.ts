import { createAuditing } from "../app/auditing.ts";
import { tokenTable } from "../app/access.ts";
import { loadAdminCodecs } from "../app/codecs.ts";
import type { TokenTable } from "../access/token-table.ts";
import { TokenWriter } from "../configuration/token-writer.ts";
import { OnhookError } from "../errors.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";

/** How long a command waits for the tokens to be read, in ms. */
const patienceMs = 30_000;

/** The tokens as a command sees them, and what makes and revokes them. */
export interface TokenSession {
  readonly tokens: TokenTable;
  readonly tokenWriter: TokenWriter;
}

/**
 * Opens a session, does the work in it, and closes it. Rejects with KAFKA_UNREACHABLE, REGISTRY_UNREACHABLE,
 * SCHEMA_UNREGISTERED or TOKENS_UNREAD.
 */
export function withTokens<T>(
  context: CommandContext,
  work: (session: TokenSession) => Promise<T>,
): Promise<T> {
  return withConnections(context, async (connections, around) => {
    const topic = context.config.topics.tokens.name;
    // Fails at once when there is no broker, where the reader of the table would go on trying.
    await connections.topicAdmin.describe([topic], []);
    const codecs = await loadAdminCodecs(around, connections);
    const { tokens, service } = tokenTable(around, connections, codecs);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, context.stop]);
    const running = service.run(signal, signal);
    await using writer = createAuditing(around, connections, codecs);
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      await Promise.race([tokens.whenCaughtUp(limit), running]);
      if (!tokens.caughtUp) throw new OnhookError("TOKENS_UNREAD", { seconds: patienceMs / 1000 });
      const { clock } = around;
      const encode = codecs.tokens.encode.bind(codecs.tokens);
      const tokenWriter = new TokenWriter({ tokens, encode, topic, writer, clock });
      return await work({ tokens, tokenWriter });
    } finally {
      ended.abort();
      await running;
    }
  });
}
