import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Field } from "../../admin/contract/calls.ts";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { usePortal } from "../shell/portal.ts";
import type { Portal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { Dialog } from "../ui/dialog.ts";
import { draftOf } from "./draft.ts";
import type { Draft, Pair } from "./draft.ts";
import { conditionText } from "./fields.ts";
import { changesOf, merged } from "./merge.ts";
import type { Part } from "./merge.ts";

/** A version that somebody else has saved while one was editing. */
export interface Conflict {
  readonly base: Trigger;
  readonly theirs: Trigger;
  readonly etag: string;
}

const pairText = ({ name, value }: Pair): string => `${name}: ${value}`;

/** A part of a draft in words, a line for each thing. */
function linesOf(portal: Portal, fields: readonly Field[], draft: Draft, part: Part): string[] {
  const { t } = portal;
  switch (part) {
    case "enabled":
      return [t(draft.enabled ? "editor.yes" : "editor.no")];
    case "filters":
      return draft.filters.map((condition) => conditionText(portal, fields, condition));
    case "customData":
    case "headers":
      return draft[part].map(pairText);
    case "auth":
      return [t(`editor.auth.scheme.${draft.auth.scheme}`), draft.auth.username].filter(Boolean);
    case "format":
      return [t(`editor.format.${draft.format}`)];
    case "name":
    case "url":
    case "method":
    case "retries":
      return [String(draft[part])];
  }
  return part satisfies never;
}

function Lines({ lines }: { readonly lines: readonly string[] }): VNode {
  const { t } = usePortal();
  if (lines.length === 0) return html`<p class="quiet-text">${t("conflict.nothing")}</p>`;
  return html`<ul class="plain">
    ${lines.map((line, index) => html`<li key=${index}><bdi>${line}</bdi></li>`)}
  </ul>`;
}

interface ChoiceProps {
  readonly part: Part;
  readonly keeps: boolean;
  readonly onChange: (keep: boolean) => void;
}

function Choice({ part, keeps, onChange }: ChoiceProps): VNode {
  const { t } = usePortal();
  const radio = (keep: boolean): VNode =>
    html`<label class="radio">
      <input
        type="radio"
        name=${`keep-${part}`}
        checked=${keeps === keep}
        onChange=${() => onChange(keep)}
      />
      ${t(keep ? "conflict.keep-mine" : "conflict.take-theirs")}
    </label>`;
  return html`<div class="actions">${radio(false)} ${radio(true)}</div>`;
}

interface ClashProps {
  readonly part: Part;
  readonly conflict: Conflict;
  readonly mine: Draft;
  readonly isClash: boolean;
  readonly fields: readonly Field[];
  readonly keeps: boolean;
  readonly onKeep: (keep: boolean) => void;
}

function ChangedPart({ part, conflict, mine, isClash, fields, keeps, onKeep }: ClashProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const column = (label: string, draft: Draft): VNode =>
    html`<div>
      <p class="label">${label}</p>
      <${Lines} lines=${linesOf(portal, fields, draft, part)} />
    </div>`;
  return html`<section class="clash" aria-labelledby=${`clash-${part}`}>
    <h3 id=${`clash-${part}`}>${t(`conflict.part.${part}`)}</h3>
    <div class="versions">
      ${column(t("conflict.before"), draftOf(conflict.base))}
      ${column(t("conflict.theirs"), draftOf(conflict.theirs))}
      ${isClash ? column(t("conflict.mine"), mine) : null}
    </div>
    ${isClash ? html`<${Choice} part=${part} keeps=${keeps} onChange=${onKeep} />` : null}
  </section>`;
}

/**
 * Shows what somebody else has saved meanwhile, part by part. Nothing is saved here: one takes over theirs, or goes on
 * with one's own changes on top of them.
 */
export function ConflictDialog(props: {
  readonly conflict: Conflict;
  readonly mine: Draft;
  readonly fields: readonly Field[];
  readonly onMerged: (draft: Draft) => void;
  readonly onTheirs: () => void;
  readonly onClose: () => void;
}): VNode {
  const { t } = usePortal();
  const { conflict, mine, fields } = props;
  const { base, theirs } = conflict;
  const [kept, setKept] = useState<ReadonlySet<Part>>(new Set());
  const changes = changesOf(base, theirs, mine);
  const keep = (part: Part, mine: boolean): void =>
    setKept(mine ? kept.union(new Set([part])) : kept.difference(new Set([part])));
  const goOn = (): void => props.onMerged(merged(base, theirs, mine, kept));
  const actions = html`<${Button} onClick=${props.onTheirs}>${t("conflict.drop-mine")}<//>
    <${Button} kind="primary" onClick=${goOn}>${t("conflict.go-on")}<//>`;
  return html`<${Dialog}
    wide
    title=${t("conflict.title")}
    onClose=${props.onClose}
    actions=${actions}
  >
    <p>${t("conflict.text")}</p>
    ${changes.length === 0 ? html`<p>${t("conflict.no-parts")}</p>` : null}
    ${changes.map(
      ({ part, isClash }) =>
        html`<${ChangedPart}
          key=${part}
          part=${part}
          conflict=${conflict}
          mine=${mine}
          isClash=${isClash}
          fields=${fields}
          keeps=${kept.has(part)}
          onKeep=${(own: boolean) => keep(part, own)}
        />`,
    )}
  <//>`;
}
