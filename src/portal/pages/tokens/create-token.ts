import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { CreatedToken, Me } from "../../../admin/contract/access.ts";
import { usePortal } from "../../shell/portal.ts";
import { Button } from "../../ui/button.ts";
import { Dialog } from "../../ui/dialog.ts";
import { SelectField, TextField, Toggle } from "../../ui/field.ts";
import { ErrorNotice } from "../../ui/loaded.ts";

type Scope = Me["scopes"][number];
type Role = Me["role"];

/** Days that a token counts; empty: for ever. */
const lifetimes = ["30", "90", "365", "730", ""] as const;

interface Draft {
  readonly name: string;
  readonly role: Role;
  readonly limited: boolean;
  readonly scopes: readonly Scope[];
  readonly days: string;
}

function ScopeChoice({
  draft,
  offered,
  onChange,
}: {
  readonly draft: Draft;
  readonly offered: readonly Scope[];
  readonly onChange: (draft: Draft) => void;
}): VNode {
  const { t } = usePortal();
  const toggle = (scope: Scope, on: boolean): void => {
    const scopes = offered.filter((each) => (each === scope ? on : draft.scopes.includes(each)));
    onChange({ ...draft, scopes });
  };
  return html`<fieldset>
    <legend>${t("tokens.scopes")}</legend>
    <${Toggle}
      label=${t("tokens.limited")}
      checked=${draft.limited}
      onChange=${(limited: boolean) => onChange({ ...draft, limited })}
    />
    ${
      draft.limited
        ? offered.map(
            (scope) =>
              html`<${Toggle}
                key=${scope}
                label=${scope}
                hint=${t(`tokens.scope.${scope}`)}
                checked=${draft.scopes.includes(scope)}
                onChange=${(on: boolean) => toggle(scope, on)}
              />`,
          )
        : null
    }
  </fieldset>`;
}

function Fields({
  draft,
  ofPlatform,
  tried,
  onChange,
}: {
  readonly draft: Draft;
  readonly ofPlatform: boolean;
  readonly tried: boolean;
  readonly onChange: (draft: Draft) => void;
}): VNode {
  const { t } = usePortal();
  return html`<${TextField}
      label=${t("tokens.name")}
      hint=${t("tokens.name.hint")}
      maxLength=${200}
      autocomplete="off"
      value=${draft.name}
      error=${tried && draft.name.trim() === "" ? t("tokens.name.empty") : null}
      onInput=${(name: string) => onChange({ ...draft, name })}
    />
    ${
      ofPlatform
        ? html`<${SelectField}
            label=${t("tokens.role")}
            value=${draft.role}
            choices=${(["support", "operator"] as const).map((role) => ({
              value: role,
              label: t(`tokens.role.${role}`),
            }))}
            onChange=${(role: Role) => onChange({ ...draft, role })}
          />`
        : null
    }
    <${SelectField}
      label=${t("tokens.lifetime")}
      value=${draft.days}
      choices=${lifetimes.map((days) => ({
        value: days,
        label:
          days === ""
            ? t("tokens.lifetime.ever")
            : t("tokens.lifetime.days", { count: Number(days) }),
      }))}
      onChange=${(days: string) => onChange({ ...draft, days })}
    />`;
}

/**
 * Makes a token, and gives it to `onCreated`. Of a tenant its administrators'; of the platform, for `ofPlatform`, of a
 * role. Nobody gives more rights than they have: those alone are offered.
 */
export function CreateTokenDialog({
  ofPlatform,
  onCreated,
  onClose,
}: {
  readonly ofPlatform: boolean;
  readonly onCreated: (token: CreatedToken) => void;
  readonly onClose: () => void;
}): VNode {
  const { t, api, me } = usePortal();
  const [draft, setDraft] = useState<Draft>({
    name: "",
    role: ofPlatform ? "support" : "tenant-admin",
    limited: false,
    scopes: [],
    days: "365",
  });
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const noName = draft.name.trim() === "";
  const noScope = draft.limited && draft.scopes.length === 0;
  async function create(): Promise<void> {
    setTried(true);
    if (noName || noScope) return;
    setError(null);
    const body = {
      name: draft.name.trim(),
      scopes: draft.limited ? [...draft.scopes] : [],
      expiresInDays: draft.days === "" ? null : Number(draft.days),
    };
    try {
      const answer = ofPlatform
        ? await api.call("createToken", { body: { ...body, role: draft.role, tenantId: null } })
        : await api.call("createTenantToken", { body });
      onCreated(answer.body);
    } catch (caught) {
      setError(caught as Error);
    }
  }
  const actions = html`<${Button} onClick=${onClose}>${t("shell.cancel")}<//>
    <${Button} kind="primary" onClick=${create}>${t("tokens.create")}<//>`;
  return html`<${Dialog} title=${t("tokens.create.title")} onClose=${onClose} actions=${actions}>
    ${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    <${Fields} draft=${draft} ofPlatform=${ofPlatform} tried=${tried} onChange=${setDraft} />
    <${ScopeChoice} draft=${draft} offered=${me?.scopes ?? []} onChange=${setDraft} />
    ${tried && noScope ? html`<p class="error" role="alert">${t("tokens.scopes.none")}</p>` : null}
  <//>`;
}
