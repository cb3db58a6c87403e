import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CreatedTrigger } from "../../admin/contract/triggers.ts";
import { ApiError } from "../api/problem.ts";
import { usePortal } from "../shell/portal.ts";
import { blankDraft, isChanged, isMistaken, writtenOf } from "../trigger/draft.ts";
import type { Draft } from "../trigger/draft.ts";
import { Editor, useLeaveGuard } from "../trigger/editor.ts";
import { SecretDialog } from "../trigger/secret-tab.ts";
import { Button } from "../ui/button.ts";
import { Toggle } from "../ui/field.ts";
import { ErrorNotice } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { Page } from "../ui/page.ts";

/** Creating, and opening what was created. */
function useCreating(draft: Draft, sign: boolean) {
  const { t, api, go, href, guard, toast } = usePortal();
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [made, setMade] = useState<CreatedTrigger | null>(null);
  async function open({ triggerId, name }: CreatedTrigger): Promise<void> {
    guard(null);
    toast(t("editor.created", { name }), "success");
    await go(href(triggerId), { replace: true });
  }
  async function create(): Promise<void> {
    setTried(true);
    setError(null);
    if (isMistaken(draft)) return;
    try {
      const body = { ...writtenOf(draft, null), generateSecret: sign };
      const created = (await api.call("createTrigger", { body })).body;
      setMade(created);
      if (created.secret === null) await open(created);
    } catch (error) {
      setError(error as Error);
    }
  }
  return { tried, error, made, create, open };
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
  const [sign, setSign] = useState(true);
  const { tried, error, made, create, open } = useCreating(draft, sign);
  const leaving = useLeaveGuard(made === null && isChanged(draft, null));
  // The problems stand at their fields already.
  const shown = error instanceof ApiError && error.problems.length > 0 ? null : error;
  return html`<${Editor}
      draft=${draft}
      saved=${null}
      tried=${tried}
      disabled=${false}
      onChange=${setDraft}
      onSubmit=${create}
    >
      <section class="card">
        <${Toggle}
          label=${t("editor.sign")}
          hint=${t("editor.sign-hint")}
          checked=${sign}
          onChange=${setSign}
        />
      </section>
      ${shown === null ? null : html`<${ErrorNotice} error=${shown} />`}
      <${CreateBar} onCreate=${create} />
    <//>
    ${leaving}
    ${
      made !== null && made.secret !== null
        ? html`<${SecretDialog}
            secret=${made.secret}
            publicKey=${null}
            onClose=${() => open(made)}
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
