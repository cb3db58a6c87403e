import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "htm/preact";
import { useLoad } from "../../shell/load.ts";
import { usePortal } from "../../shell/portal.ts";
import { Button } from "../../ui/button.ts";
import { SelectField, TextField } from "../../ui/field.ts";
import type { Choice } from "../../ui/field.ts";
import { ranges, states } from "./filter.ts";
import type { DeliveryFilter, Range } from "./filter.ts";

interface FilterProps {
  readonly filter: DeliveryFilter;
  /** The list is about one trigger: there is nothing to choose. */
  readonly ofOneTrigger: boolean;
  readonly onChange: (filter: DeliveryFilter) => void;
}

/** The tenant's triggers by name. One that is asked for and not among them, because it is deleted, is there by its id. */
export function useTriggerChoices(chosen: string, active: boolean): readonly Choice[] {
  const { api, t, tenantId } = usePortal();
  const triggers = useLoad(
    active
      ? async (signal) =>
          (await api.call("listTriggers", { query: { limit: 200 }, signal })).body.items
      : null,
    [tenantId, active],
  );
  const choices = (triggers.data ?? []).map(({ triggerId, name }) => ({
    value: triggerId,
    label: name === "" ? triggerId : name,
  }));
  const isThere = chosen === "" || choices.some(({ value }) => value === chosen);
  return [
    { value: "", label: t("deliveries.filter.trigger.any") },
    ...choices,
    ...(isThere ? [] : [{ value: chosen, label: chosen }]),
  ];
}

function CustomRange({ filter, onChange }: Omit<FilterProps, "ofOneTrigger">): VNode {
  const { t } = usePortal();
  const wrongOrder = filter.from !== "" && filter.to !== "" && filter.from >= filter.to;
  return html`<${TextField}
      label=${t("deliveries.filter.from")}
      type="datetime-local"
      value=${filter.from}
      onInput=${(from: string) => onChange({ ...filter, from })}
    />
    <${TextField}
      label=${t("deliveries.filter.to")}
      type="datetime-local"
      value=${filter.to}
      error=${wrongOrder ? t("deliveries.filter.order") : null}
      onInput=${(to: string) => onChange({ ...filter, to })}
    />`;
}

/** Takes effect when it is left or sent, not with each letter: half an id is no call's. */
function CallField({ filter, onChange }: Omit<FilterProps, "ofOneTrigger">): VNode {
  const { t } = usePortal();
  const [text, setText] = useState(filter.cdrId);
  useEffect(() => setText(filter.cdrId), [filter.cdrId]);
  function settle(): void {
    if (text.trim() !== filter.cdrId) onChange({ ...filter, cdrId: text.trim() });
  }
  return html`<form
    onSubmit=${(event: Event) => {
      event.preventDefault();
      settle();
    }}
    onFocusOut=${settle}
  >
    <${TextField}
      label=${t("deliveries.filter.call")}
      type="search"
      maxLength=${500}
      autocomplete="off"
      value=${text}
      onInput=${setText}
    />
  </form>`;
}

/** Chooses what of the deliveries is shown. */
export function FilterForm(props: FilterProps): VNode {
  const { filter, ofOneTrigger, onChange } = props;
  const { t } = usePortal();
  const triggers = useTriggerChoices(filter.triggerId, !ofOneTrigger);
  const isAny =
    filter.state === "" && filter.range === "any" && filter.cdrId === "" && filter.triggerId === "";
  return html`<div class="filters" role="search" aria-label=${t("deliveries.filter.label")}>
    ${
      ofOneTrigger
        ? null
        : html`<${SelectField}
            label=${t("deliveries.filter.trigger.label")}
            value=${filter.triggerId}
            choices=${triggers}
            onChange=${(triggerId: string) => onChange({ ...filter, triggerId })}
          />`
    }
    <${SelectField}
      label=${t("deliveries.filter.state.label")}
      value=${filter.state}
      choices=${[
        { value: "", label: t("deliveries.filter.state.any") },
        ...states.map((state) => ({ value: state, label: t(`outcomes.state.${state}`) })),
      ]}
      onChange=${(state: string) => onChange({ ...filter, state })}
    />
    <${SelectField}
      label=${t("deliveries.filter.range.label")}
      value=${filter.range}
      choices=${ranges.map((range) => ({ value: range, label: t(`deliveries.filter.range.${range}`) }))}
      onChange=${(range: Range) => onChange({ ...filter, range })}
    />
    ${filter.range === "custom" ? html`<${CustomRange} filter=${filter} onChange=${onChange} />` : null}
    <${CallField} filter=${filter} onChange=${onChange} />
    ${
      isAny
        ? null
        : html`<${Button}
            kind="quiet"
            onClick=${() =>
              onChange({ triggerId: "", state: "", range: "any", from: "", to: "", cdrId: "" })}
            >${t("deliveries.filter.clear")}<//
          >`
    }
  </div>`;
}
