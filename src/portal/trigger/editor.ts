import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Field } from "../../admin/contract/calls.ts";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { ConfirmDialog } from "../ui/dialog.ts";
import { TextField, Toggle } from "../ui/field.ts";
import { ErrorNotice, Loaded } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import type { Draft } from "./draft.ts";
import { DryRunPanel } from "./dry-run-panel.ts";
import { FilterBuilder } from "./filter-builder.ts";
import type { ConditionCounts } from "./filter-builder.ts";
import type { ConditionDraft } from "./draft.ts";
import { isAbout, useChecked, useDryRun } from "./live.ts";
import { PreviewPanel } from "./preview-panel.ts";
import { problemAt, problemText } from "./problem-text.ts";
import { AuthFields, CustomDataFields, HeaderFields, RequestFields } from "./request-fields.ts";
import type { PartProps } from "./request-fields.ts";
import { visibleProblems } from "./visible-problems.ts";

export interface EditorProps {
  readonly draft: Draft;
  /** What is in force; null: it is not created yet. */
  readonly saved: Trigger | null;
  /** Whether one has tried to save: then all problems are shown. */
  readonly tried: boolean;
  readonly disabled: boolean;
  readonly onChange: (draft: Draft) => void;
  readonly onSubmit: () => unknown;
  /** What stands below the form: the buttons. */
  readonly children: ComponentChildren;
}

/** What conditions can name, in the language of the page. */
export function useFields() {
  const { api, locale, tenantId } = usePortal();
  return useLoad(
    async (signal) => {
      // A language that the API has no meanings in gets them in English.
      const query = { locale: locale === "fr-FR" ? "fr-FR" : "en-GB" } as const;
      return (await api.call("listFields", { query, signal })).body.items;
    },
    [tenantId, locale],
  );
}

/** Asks before unsaved changes are left; returns the dialog while it asks. */
export function useLeaveGuard(changed: boolean): VNode | null {
  const { t, guard } = usePortal();
  const [answer, setAnswer] = useState<{ give: (leave: boolean) => void } | null>(null);
  // At once: a page that is left before the next frame has been changed all the same.
  useLayoutEffect(() => {
    if (changed) guard(() => new Promise((resolve) => setAnswer({ give: resolve })));
    return () => guard(null);
  }, [changed]);
  if (answer === null) return null;
  const close = (leave: boolean): void => {
    setAnswer(null);
    answer.give(leave);
  };
  return html`<${ConfirmDialog}
    danger
    title=${t("editor.leave.title")}
    confirm=${t("editor.leave.confirm")}
    onConfirm=${() => close(true)}
    onClose=${() => close(false)}
  >
    <p>${t("editor.leave.text")}</p>
  <//>`;
}

function OtherProblems({ texts }: { readonly texts: readonly string[] }): VNode | null {
  const { t } = usePortal();
  if (texts.length === 0) return null;
  return html`<${Notice} kind="error" title=${t("editor.problems", { count: texts.length })}>
    <ul>
      ${texts.map((text, index) => html`<li key=${index}>${text}</li>`)}
    </ul>
  <//>`;
}

/** Name, address, and whether it fires. */
function RequestSection(part: PartProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { draft, problems, disabled, onChange } = part;
  return html`<section class="card" aria-labelledby="what-title">
    <h2 id="what-title">${t("editor.section.webhook")}</h2>
    <${TextField}
      label=${t("editor.name")}
      maxLength=${200}
      error=${problemAt(portal, problems, "name")}
      value=${draft.name}
      disabled=${disabled}
      onInput=${(name: string) => onChange({ name })}
    />
    <${RequestFields} ...${part} />
    <${Toggle}
      label=${t("editor.enabled")}
      look="switch"
      checked=${draft.enabled}
      disabled=${disabled}
      onChange=${(enabled: boolean) => onChange({ enabled })}
    />
  </section>`;
}

function FilterSection(
  props: PartProps & { readonly fields: readonly Field[]; readonly counts: ConditionCounts },
): VNode {
  const { t } = usePortal();
  const { draft, problems, disabled, fields, counts, onChange } = props;
  return html`<section class="card" aria-labelledby="filters-title">
    <h2 id="filters-title">${t("editor.section.filters")}</h2>
    <p class="hint">${t("editor.filters-hint")}</p>
    <${FilterBuilder}
      filters=${draft.filters}
      fields=${fields}
      problems=${problems}
      counts=${counts}
      disabled=${disabled}
      onChange=${(filters: readonly ConditionDraft[]) => onChange({ filters })}
    />
  </section>`;
}

const noCounts: ConditionCounts = new Map();

/** What is found out about a draft while it is edited. */
function useFindings(draft: Draft, saved: Trigger | null, tried: boolean) {
  const check = useChecked(draft, saved);
  // Where a check fails nothing is known of the draft: what was found before is about another.
  const checked = check.error === null ? check.data : null;
  const run = useDryRun(checked, saved);
  // While a change is being checked, what was found before may be about other rows.
  const isFresh = isAbout(checked, draft, saved);
  const found = isFresh ? (checked?.problems ?? []) : [];
  return {
    check,
    checked,
    run,
    counts: isFresh ? run.counts : noCounts,
    isCurrent: isFresh && run.isAbout,
    problems: visibleProblems(found, draft, tried),
  };
}

function EditorForm(props: EditorProps & { readonly fields: readonly Field[] }): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { draft, saved, tried, disabled, fields } = props;
  const { check, checked, run, counts, isCurrent, problems } = useFindings(draft, saved, tried);
  const onChange = (change: Partial<Draft>): void => props.onChange({ ...draft, ...change });
  const part: PartProps = { draft, problems, disabled, onChange };
  const texts = tried ? problems.map((problem) => problemText(portal, problem)) : [];
  function submit(event: Event): void {
    event.preventDefault();
    props.onSubmit();
  }
  return html`<div class="editor">
    <form class="editor-form" novalidate onSubmit=${submit}>
      <${RequestSection} ...${part} />
      <${FilterSection} ...${part} fields=${fields} counts=${counts} />
      <section class="card" aria-labelledby="more-title">
        <h2 id="more-title">${t("editor.section.more")}</h2>
        <${CustomDataFields} ...${part} />
        <${HeaderFields} ...${part} />
        <${AuthFields} ...${part} />
      </section>
      <${OtherProblems} texts=${texts} />
      ${props.children}
    </form>
    <div class="editor-side">
      ${check.error === null ? null : html`<${ErrorNotice} error=${check.error} onRetry=${check.reload} />`}
      <${DryRunPanel}
        run=${check.error === null ? run : null}
        isCurrent=${isCurrent}
        draft=${draft}
        fields=${fields}
      />
      <${PreviewPanel} checked=${checked} saved=${saved} />
    </div>
  </div>`;
}

/** The form of a trigger, with what it would do beside it. */
export function Editor(props: EditorProps): VNode {
  const fields = useFields();
  return html`<${Loaded} of=${fields}>
    ${(items: readonly Field[]) => html`<${EditorForm} ...${props} fields=${items} />`}
  <//>`;
}
