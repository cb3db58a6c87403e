import { toldTime } from "../../explaining/told-time.ts";
import type { ChangeRecord } from "../../history/change-record.ts";
import type { Page } from "../../history/history.ts";
import type { Handlers } from "../contract/handlers.ts";
import type { ConfigurationParts } from "./parts.ts";

function shownPage({ items, nextCursor }: Page<ChangeRecord>) {
  return {
    body: {
      items: items.map((change) =>
        Object.assign({}, change, {
          at: toldTime(change.at),
          properties: [...change.properties],
        }),
      ),
      nextCursor,
    },
  };
}

interface Asked {
  readonly triggerId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const queryOf = (tenantId: string | null, { triggerId, cursor, limit }: Asked) => ({
  tenantId,
  limit,
  ...(triggerId !== undefined && { triggerId }),
  ...(cursor !== undefined && { cursor }),
});

/** Who changed what. */
export function createChangeHandlers({
  history,
}: Pick<ConfigurationParts, "history">): Pick<Handlers, "listChanges" | "listAllChanges"> {
  return {
    listChanges: async ({ params: { tenantId }, query }) =>
      shownPage(await history.changes(queryOf(tenantId, query))),
    listAllChanges: async ({ query }) => shownPage(await history.changes(queryOf(null, query))),
  };
}
