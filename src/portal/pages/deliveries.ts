import type { VNode } from "preact";
import { html } from "htm/preact";
import { usePortal } from "../shell/portal.ts";
import { Page } from "../ui/page.ts";
import { DeliveryList } from "./deliveries/delivery-list.ts";

/** All deliveries of the tenant. */
export function DeliveriesPage(): VNode {
  const { t, href, can } = usePortal();
  const actions = can("deliveries:redeliver")
    ? html`<a class="button secondary" href=${href("replays")}>${t("deliveries.replays")}</a>`
    : null;
  return html`<${Page} title=${t("deliveries.title")} actions=${actions}>
    <p class="lead">${t("deliveries.lead")}</p>
    <${DeliveryList} />
  <//>`;
}

/** The deliveries of one trigger, on its page. */
export function TriggerDeliveries({ triggerId }: { readonly triggerId: string }): VNode {
  const { t, href, can } = usePortal();
  return html`${
      can("deliveries:redeliver")
        ? html`<p>
            <a href=${href("replays", { trigger: triggerId })}>${t("deliveries.replays-of")}</a>
          </p>`
        : null
    } <${DeliveryList} triggerId=${triggerId} />`;
}
