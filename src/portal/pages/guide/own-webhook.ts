import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Trigger } from "../../../admin/contract/triggers.ts";
import { useLoad } from "../../shell/load.ts";
import { usePortal } from "../../shell/portal.ts";
import { SelectField } from "../../ui/field.ts";
import { Loaded } from "../../ui/loaded.ts";
import { useTriggerChoices } from "../deliveries/filter-form.ts";

function Secrets({ trigger }: { readonly trigger: Trigger }): VNode {
  const { t, href, can } = usePortal();
  const { secrets, url } = trigger.action;
  return html`<dl class="facts">
      <div>
        <dt>${t("guide.own.address")}</dt>
        <dd><bdi>${url}</bdi></dd>
      </div>
      <div>
        <dt>${t("guide.own.secrets")}</dt>
        <dd>
          ${
            secrets.length === 0
              ? t("guide.own.unsigned")
              : secrets.map(
                  (secret, index) =>
                    html`<div key=${index}>
                      <code>${secret}</code
                      >${" "}${t(secret.startsWith("whsk_") ? "guide.own.ed25519" : "guide.own.hmac")}
                    </div>`,
                )
          }
        </dd>
      </div>
    </dl>
    <p class="hint">${t("guide.own.masked")}</p>
    <div class="actions">
      ${
        can("triggers:test")
          ? html`<a class="button primary" href=${href(trigger.triggerId, { tab: "test" })}
              >${t("guide.own.test")}</a
            >`
          : null
      }
      <a class="button secondary" href=${href("deliveries", { trigger: trigger.triggerId })}
        >${t("guide.own.deliveries")}</a
      >
    </div>`;
}

/** One of the tenant's webhooks, chosen in the address: what signs it, and the way to try it. */
export function OwnWebhook(): VNode {
  const { t, api, route, go, href, tenantId } = usePortal();
  const chosen = route.query.get("trigger") ?? "";
  const [, ...choices] = useTriggerChoices(chosen, true);
  const trigger = useLoad(
    chosen === ""
      ? null
      : async (signal) =>
          (await api.call("readTrigger", { params: { triggerId: chosen }, signal })).body,
    [chosen, tenantId],
  );
  return html`<section>
    <h2>${t("guide.own.title")}</h2>
    <div class="narrow">
      <${SelectField}
        label=${t("guide.own.choose")}
        value=${chosen}
        choices=${[{ value: "", label: t("guide.own.none") }, ...choices]}
        onChange=${(id: string) => void go(href(route.path, { trigger: id }), { replace: true })}
      />
    </div>
    ${
      chosen === ""
        ? html`<p class="hint">${t("guide.own.hint")}</p>`
        : html`<${Loaded} of=${trigger}
            >${(read: Trigger) => html`<${Secrets} trigger=${read} />`}<//
          >`
    }
  </section>`;
}
