import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Delivery } from "../../../admin/contract/deliveries.ts";
import { ApiError } from "../../api/problem.ts";
import { usePages } from "../../shell/load.ts";
import type { Pages } from "../../shell/load.ts";
import { usePoll } from "../../shell/poll.ts";
import { usePortal } from "../../shell/portal.ts";
import { EmptyState } from "../../ui/empty-state.ts";
import { Toggle } from "../../ui/field.ts";
import { Loaded } from "../../ui/loaded.ts";
import { More } from "../../ui/more.ts";
import { DeliveryTable } from "./delivery-table.ts";
import { FilterForm } from "./filter-form.ts";
import { askedOf, filterOf, queryOf } from "./filter.ts";
import type { DeliveryFilter } from "./filter.ts";
import { refreshed } from "./refreshed.ts";

const refreshMs = 5000;

/**
 * Where a browser can not move elements as they are (`moveBefore`), a row that goes up to the top is taken out of the page
 * for a moment, and what had the focus in it loses that.
 */
function useKeptFocus(rows: readonly Delivery[] | null): () => void {
  const kept = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const { current } = kept;
    kept.current = null;
    if (current instanceof HTMLElement && current.isConnected && document.activeElement !== current)
      current.focus({ preventScroll: true });
  }, [rows]);
  return () => {
    kept.current = document.activeElement;
  };
}

/** Keeps the list up to date while `active`: what is read already stays, and so does where one is. */
function useFresh(
  list: Pages<Delivery>,
  readNewest: () => ReturnType<ReadDeliveries>,
  active: boolean,
): void {
  const keepFocus = useKeptFocus(list.data);
  const latest = useRef(list);
  latest.current = list;
  const refresh = async (): Promise<void> => {
    const shown = list.data;
    if (shown === null || list.loading || list.loadingMore) return;
    try {
      const newest = await readNewest();
      const now = latest.current;
      // One has read on meanwhile, or begun to: the next time will do.
      if (now.data !== shown || now.loading || now.loadingMore) return;
      const next = refreshed(shown, newest);
      if (next === null) {
        await list.reload();
        return;
      }
      keepFocus();
      list.change((items) => (items === shown ? next : items));
    } catch (error) {
      // The next time may do; that the service can not be reached the frame says.
      if (!(error instanceof ApiError && error.isPassing)) await list.reload();
    }
  };
  usePoll(refresh, refreshMs, active);
}

type ReadDeliveries = (
  cursor: string | undefined,
  signal: AbortSignal,
) => Promise<{ readonly items: readonly Delivery[]; readonly nextCursor: string | null }>;

/** Deliveries by filter, the newest first; of one trigger where it is named. */
export function DeliveryList({ triggerId }: { readonly triggerId?: string }): VNode {
  const { t, api, route, go, href, tenantId } = usePortal();
  const [live, setLive] = useState(true);
  const ofOneTrigger = triggerId !== undefined;
  const chosen = filterOf(route.query);
  const filter = ofOneTrigger ? { ...chosen, triggerId: "" } : chosen;
  const asked = ofOneTrigger ? { ...filter, triggerId } : filter;
  const key = JSON.stringify([tenantId, asked]);
  const current = useRef(key);
  current.current = key;
  const read: ReadDeliveries = async (cursor, signal) => {
    const query = { ...askedOf(asked, Date.now()), ...(cursor === undefined ? {} : { cursor }) };
    return (await api.call("listDeliveries", { query, signal })).body;
  };
  const list = usePages(read, [key]);
  const readNewest = async () => {
    const page = await read(undefined, new AbortController().signal);
    // The filter was changed meanwhile: this answers a question that nobody asks any more.
    if (current.current !== key) throw new ApiError({ code: "STALE", status: 0, detail: "" });
    return page;
  };
  useFresh(list, readNewest, live);
  function change(next: DeliveryFilter): void {
    const others = Object.fromEntries(route.query);
    const tab = ofOneTrigger ? { tab: "deliveries" } : {};
    void go(href(route.path, { ...others, ...tab, ...queryOf(next) }), { replace: true });
  }
  return html`<${FilterForm} filter=${filter} ofOneTrigger=${ofOneTrigger} onChange=${change} />
    <${Toggle} look="switch" label=${t("deliveries.live")} checked=${live} onChange=${setLive} />
    <${Loaded} of=${list}>
      ${(rows: readonly Delivery[]) =>
        rows.length === 0
          ? html`<${EmptyState} title=${t("deliveries.none.title")}
              ><p>${t("deliveries.none.text")}</p><//
            >`
          : html`<${DeliveryTable} rows=${rows} ofOneTrigger=${ofOneTrigger} />
              <${More} of=${list} />`}
    <//>`;
}
