import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Tenant } from "../../../admin/contract/access.ts";
import { ApiError } from "../../api/problem.ts";
import { useLoad } from "../../shell/load.ts";
import { usePortal } from "../../shell/portal.ts";
import { problemAt } from "../../trigger/problem-text.ts";
import { Button } from "../../ui/button.ts";
import { Dialog } from "../../ui/dialog.ts";
import { TextField, Toggle } from "../../ui/field.ts";
import { ErrorNotice, Loaded } from "../../ui/loaded.ts";
import { Notice } from "../../ui/notice.ts";

interface Known {
  readonly tenant: Tenant | null;
  readonly etag: string | null;
}

interface Draft {
  readonly tenantId: string;
  readonly name: string;
  /** Empty: no limit. */
  readonly maxTriggers: string;
  readonly suspended: boolean;
}

const draftOf = (tenant: Tenant | null): Draft => ({
  tenantId: tenant?.tenantId ?? "",
  name: tenant?.name ?? "",
  maxTriggers: tenant?.maxTriggers === null || tenant === null ? "" : String(tenant.maxTriggers),
  suspended: tenant?.suspended ?? false,
});

/** Whether a limit is one: nothing, or a whole number from 0. */
const isLimit = (text: string): boolean => /^\d{0,9}$/.test(text.trim());

function Fields({
  draft,
  isNew,
  tried,
  problems,
  onChange,
}: {
  readonly draft: Draft;
  readonly isNew: boolean;
  readonly tried: boolean;
  readonly problems: ApiError["problems"];
  readonly onChange: (draft: Draft) => void;
}): VNode {
  const portal = usePortal();
  const { t } = portal;
  const wrong = (path: string): string | null => problemAt(portal, problems, path);
  return html`${
      isNew
        ? html`<${TextField}
            label=${t("tenants.id")}
            hint=${t("tenants.id.hint")}
            maxLength=${200}
            autocomplete="off"
            value=${draft.tenantId}
            error=${tried && draft.tenantId.trim() === "" ? t("tenants.id.empty") : wrong("tenantId")}
            onInput=${(tenantId: string) => onChange({ ...draft, tenantId })}
          />`
        : html`<p>${t("tenants.id")}: <bdi class="id">${draft.tenantId}</bdi></p>`
    }
    <${TextField}
      label=${t("tenants.name")}
      maxLength=${200}
      autocomplete="off"
      value=${draft.name}
      error=${wrong("name")}
      onInput=${(name: string) => onChange({ ...draft, name })}
    />
    <${TextField}
      label=${t("tenants.limit")}
      hint=${t("tenants.limit.hint")}
      inputmode="numeric"
      autocomplete="off"
      value=${draft.maxTriggers}
      error=${isLimit(draft.maxTriggers) ? wrong("maxTriggers") : t("tenants.limit.wrong")}
      onInput=${(maxTriggers: string) => onChange({ ...draft, maxTriggers })}
    />
    <${Toggle}
      label=${t("tenants.suspended.set")}
      hint=${t("tenants.suspended.hint")}
      checked=${draft.suspended}
      onChange=${(suspended: boolean) => onChange({ ...draft, suspended })}
    />`;
}

function Editor({
  known,
  onDone,
  onClose,
  onConflict,
}: {
  readonly known: Known;
  readonly onDone: () => void;
  readonly onClose: () => void;
  readonly onConflict: () => void;
}): VNode {
  const { t, api, toast } = usePortal();
  const [draft, setDraft] = useState(() => draftOf(known.tenant));
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  async function save(): Promise<void> {
    setTried(true);
    const tenantId = draft.tenantId.trim();
    if (tenantId === "" || !isLimit(draft.maxTriggers)) return;
    const limit = draft.maxTriggers.trim();
    try {
      await api.call("writeTenant", {
        params: { tenantId },
        body: {
          name: draft.name.trim(),
          maxTriggers: limit === "" ? null : Number(limit),
          suspended: draft.suspended,
        },
        ...(known.etag === null ? {} : { ifMatch: known.etag }),
      });
      toast(t("tenants.saved"), "success");
      onDone();
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      if (caught.status === 412 || caught.status === 428) onConflict();
      else setError(caught);
    }
  }
  return html`${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    <${Fields}
      draft=${draft}
      isNew=${known.tenant === null}
      tried=${tried}
      problems=${error?.problems ?? []}
      onChange=${setDraft}
    />
    <div class="actions end">
      <${Button} onClick=${onClose}>${t("shell.cancel")}<//>
      <${Button} kind="primary" onClick=${save}>${t("tenants.save")}<//>
    </div>`;
}

/** Edits a tenant's licence; `tenantId` null: makes one. What another has changed meanwhile is not overwritten. */
export function LicenceDialog({
  tenantId,
  onDone,
  onClose,
}: {
  readonly tenantId: string | null;
  readonly onDone: () => void;
  readonly onClose: () => void;
}): VNode {
  const { t, api } = usePortal();
  const [conflict, setConflict] = useState(0);
  const known = useLoad<Known>(
    async (signal) => {
      if (tenantId === null) return { tenant: null, etag: null };
      const { body, etag } = await api.call("readTenant", { params: { tenantId }, signal });
      return { tenant: body, etag };
    },
    [tenantId, conflict],
  );
  const title = t(tenantId === null ? "tenants.add" : "tenants.edit");
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${
      conflict > 0
        ? html`<${Notice} kind="error" title=${t("tenants.conflict.title")}>
            <p>${t(tenantId === null ? "tenants.conflict.exists" : "tenants.conflict.text")}</p>
          <//>`
        : null
    }
    <${Loaded} of=${known}>
      ${(read: Known) =>
        html`<${Editor}
          key=${read.etag}
          known=${read}
          onDone=${onDone}
          onClose=${onClose}
          onConflict=${() => setConflict(conflict + 1)}
        />`}
    <//>
  <//>`;
}
