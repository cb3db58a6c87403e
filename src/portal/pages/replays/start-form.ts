import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import { ApiError } from "../../api/problem.ts";
import { usePortal } from "../../shell/portal.ts";
import { Button } from "../../ui/button.ts";
import { ConfirmDialog } from "../../ui/dialog.ts";
import { SelectField, TextField } from "../../ui/field.ts";
import { ErrorNotice } from "../../ui/loaded.ts";
import { useTriggerChoices } from "../deliveries/filter-form.ts";
import { bodyOf, problemOfDraft, reasons } from "./replay-draft.ts";
import type { ReplayDraft } from "./replay-draft.ts";

interface FieldsProps {
  readonly draft: ReplayDraft;
  readonly tried: boolean;
  readonly onChange: (draft: ReplayDraft) => void;
}

/** From when to when, and how fast. */
function Numbers({
  draft,
  onChange,
  error,
}: Pick<FieldsProps, "draft" | "onChange"> & {
  readonly error: (field: string) => string | null;
}): VNode {
  const { t } = usePortal();
  return html`<${TextField}
      label=${t("deliveries.filter.from")}
      type="datetime-local"
      value=${draft.from}
      error=${error("from")}
      onInput=${(from: string) => onChange({ ...draft, from })}
    />
    <${TextField}
      label=${t("deliveries.filter.to")}
      type="datetime-local"
      value=${draft.to}
      error=${error("to")}
      onInput=${(to: string) => onChange({ ...draft, to })}
    />
    <${TextField}
      label=${t("replays.rate")}
      inputmode="numeric"
      value=${draft.rate}
      error=${error("rate")}
      onInput=${(rate: string) => onChange({ ...draft, rate })}
    />`;
}

function Fields({ draft, tried, onChange }: FieldsProps): VNode {
  const { t } = usePortal();
  const [, ...triggers] = useTriggerChoices(draft.triggerId, true);
  const wrong = tried ? problemOfDraft(draft) : null;
  const error = (field: string): string | null =>
    wrong?.field === field ? t(`replays.wrong.${wrong.problem}`) : null;
  const isCalls = draft.kind === "calls";
  return html`<div class="narrow">
      <${SelectField}
        label=${t("replays.kind")}
        hint=${t(`replays.kind.${draft.kind}.hint`)}
        value=${draft.kind}
        choices=${(["dead", "calls"] as const).map((kind) => ({ value: kind, label: t(`replays.kind.${kind}`) }))}
        onChange=${(kind: ReplayDraft["kind"]) => onChange({ ...draft, kind })}
      />
    </div>
    <div class="filters">
      <${SelectField}
        label=${t("deliveries.filter.trigger.label")}
        value=${draft.triggerId}
        error=${error("triggerId")}
        choices=${[
          {
            value: "",
            label: t(isCalls ? "replays.trigger.choose" : "deliveries.filter.trigger.any"),
          },
          ...triggers,
        ]}
        onChange=${(triggerId: string) => onChange({ ...draft, triggerId })}
      />
      ${
        isCalls
          ? null
          : html`<${SelectField}
              label=${t("replays.reason")}
              value=${draft.reason}
              choices=${[
                { value: "", label: t("replays.reason.any") },
                ...reasons.map((reason) => ({
                  value: reason,
                  label: t(`replays.reason.${reason}`),
                })),
              ]}
              onChange=${(reason: string) => onChange({ ...draft, reason })}
            />`
      }
      <${Numbers} draft=${draft} onChange=${onChange} error=${error} />
    </div>`;
}

/** Starts a replay, after asking; `onStarted` is called when it runs. */
export function StartForm({
  triggerId,
  onStarted,
}: {
  readonly triggerId: string;
  readonly onStarted: () => unknown;
}): VNode {
  const { t, api, toast } = usePortal();
  const [draft, setDraft] = useState<ReplayDraft>({
    kind: "dead",
    triggerId,
    reason: "",
    from: "",
    to: "",
    rate: "100",
  });
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (problemOfDraft(draft) === null) setAsking(true);
  }
  async function start(): Promise<void> {
    setAsking(false);
    setError(null);
    try {
      await api.call("startReplay", { body: bodyOf(draft) });
      toast(t("replays.started"), "success");
      setTried(false);
      await onStarted();
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    }
  }
  return html`<form class="card" onSubmit=${submit} novalidate>
    <h2>${t("replays.start")}</h2>
    ${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    <${Fields} draft=${draft} tried=${tried} onChange=${setDraft} />
    <div class="actions"><${Button} type="submit" kind="primary">${t("replays.start.go")}<//></div>
    ${
      asking
        ? html`<${ConfirmDialog}
            title=${t(`replays.ask.${draft.kind}`)}
            confirm=${t("replays.start.go")}
            onConfirm=${start}
            onClose=${() => setAsking(false)}
          >
            <p>${t(`replays.kind.${draft.kind}.hint`)}</p>
          <//>`
        : null
    }
  </form>`;
}
