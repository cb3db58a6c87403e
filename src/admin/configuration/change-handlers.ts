import { toldTime } from "../../explaining/told-time.ts";
import type { ChangeRecord } from "../../history/change-record.ts";
import type { Page } from "../../history/history.ts";
import type { Handlers } from "../contract/handlers.ts";
import type { ConfigurationParts } from "./parts.ts";
import { mostOfAction, mostOfId } from "../contract/access.ts";

function shownPage({ items, nextCursor }: Page<ChangeRecord>) {
  return {
    body: {
      items: items.map((change) =>
        Object.assign({}, change, {
          at: toldTime(change.at),
          // A later version's may be anything, and must not cost the page that it stands on.
          action: change.action.slice(0, mostOfAction),
          triggerId: change.triggerId?.slice(0, mostOfId) ?? null,
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
