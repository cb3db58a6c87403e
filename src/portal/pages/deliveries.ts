import type { VNode } from "preact";
import { html } from "htm/preact";
import { NotFoundPage } from "./not-found.ts";

/** Shown once it is there. */
export function DeliveriesPage(): VNode {
  return html`<${NotFoundPage} />`;
}

/** The deliveries of one trigger, on its page. */
export function TriggerDeliveries({ triggerId }: { readonly triggerId: string }): VNode {
  return html`<${NotFoundPage} key=${triggerId} />`;
}
