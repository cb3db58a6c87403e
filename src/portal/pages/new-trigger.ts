import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CreatedTrigger } from "../../admin/contract/triggers.ts";
import { ApiError } from "../api/problem.ts";
import { usePortal } from "../shell/portal.ts";
import { blankDraft, isChanged, isMistaken, writtenOf } from "../trigger/draft.ts";
import type { Draft } from "../trigger/draft.ts";
import { Editor, useLeaveGuard } from "../trigger/editor.ts";
import { SecretDialog } from "../trigger/secret-tab.ts";
import { isTypedOn, leaveDraft } from "../trigger/typed-on.ts";
import { Button } from "../ui/button.ts";
import { Toggle } from "../ui/field.ts";
import { ErrorNotice } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { Page } from "../ui/page.ts";

interface Made {
  readonly trigger: CreatedTrigger;
  /** The draft that it was made of; one may have typed on meanwhile. */
  readonly sent: Draft;
}

/** Opens what was created; what was typed meanwhile goes along. */
function useOpening(now: () => Draft) {
  const { t, go, href, guard, toast } = usePortal();
  return async ({ trigger: { triggerId, name }, sent }: Made): Promise<void> => {
    guard(null);
    leaveDraft({ triggerId, sent, now });
    const key = isTypedOn(sent, now()) ? "editor.created-typed-on" : "editor.created";
    toast(t(key, { name }), "success");
    await go(href(triggerId), { replace: true });
  };
}

/** Creating, and opening what was created. `now` is what stands in the form when it is asked. */
function useCreating(draft: Draft, now: () => Draft, sign: boolean) {
  const { api } = usePortal();
  const open = useOpening(now);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const [running, setRunning] = useState(false);
  // Set at once: a second click before the page is drawn anew would create another one.
  const begun = useRef(false);
  async function send(): Promise<void> {
    const body = { ...writtenOf(draft, null), generateSecret: sign };
    const created = { trigger: (await api.call("createTrigger", { body })).body, sent: draft };
    setMade(created);
    if (created.trigger.secret === null) await open(created);
  }
  async function create(): Promise<void> {
    if (begun.current || made !== null) return;
    setTried(true);
    setError(null);
    if (isMistaken(draft)) return;
    begun.current = true;
    setRunning(true);
    try {
      await send();
    } catch (error) {
      setError(error as Error);
    } finally {
      begun.current = false;
      setRunning(false);
    }
  }
  return { tried, error, made, running, create, open };
}

function CreateBar({ onCreate }: { readonly onCreate: () => Promise<void> }): VNode {
  const { t, href } = usePortal();
  function create(event: Event): Promise<void> {
    event.preventDefault();
    return onCreate();
  }
  return html`<div class="actions save-bar">
    <${Button} kind="primary" type="submit" onClick=${create}>${t("editor.create")}<//>
    <a class="button" href=${href("")}>${t("shell.cancel")}</a>
  </div>`;
}

function NewTrigger(): VNode {
  const { t } = usePortal();
  const [draft, setDraft] = useState<Draft>(blankDraft);
  const latest = useRef(draft);
  const [sign, setSign] = useState(true);
  const creating = useCreating(draft, () => latest.current, sign);
  const { tried, error, made, create } = creating;
  const leaving = useLeaveGuard(isChanged(draft, null));
  // The problems stand at their fields already.
  const shown = error instanceof ApiError && error.problems.length > 0 ? null : error;
  function edit(next: Draft): void {
    latest.current = next;
    setDraft(next);
  }
  return html`<${Editor}
      draft=${draft}
      saved=${null}
      tried=${tried}
      disabled=${false}
      onChange=${edit}
      onSubmit=${create}
    >
      <section class="card">
        <${Toggle}
          label=${t("editor.sign")}
          hint=${t("editor.sign-hint")}
          checked=${sign}
          fixed=${creating.running}
          onChange=${setSign}
        />
      </section>
      ${shown === null ? null : html`<${ErrorNotice} error=${shown} />`}
      <${CreateBar} onCreate=${create} />
    <//>
    ${leaving}
    ${
      made !== null && made.trigger.secret !== null
        ? html`<${SecretDialog}
            secret=${made.trigger.secret}
            publicKey=${null}
            onClose=${() => creating.open(made)}
          />`
        : null
    }`;
}

/** Makes a trigger. */
export function NewTriggerPage(): VNode {
  const { t, can } = usePortal();
  return html`<${Page} title=${t("editor.new")}>
    ${can("triggers:write") ? html`<${NewTrigger} />` : html`<${Notice} title=${t("editor.read-only")} />`}
  <//>`;
}
