import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { RotatedSecret, Trigger } from "../../admin/contract/triggers.ts";
import { ApiError } from "../api/problem.ts";
import { usePortal } from "../shell/portal.ts";
import { Button } from "../ui/button.ts";
import { CopyButton } from "../ui/copy-button.ts";
import { ConfirmDialog, Dialog } from "../ui/dialog.ts";
import { SelectField, TextField } from "../ui/field.ts";
import { Time } from "../ui/time.ts";
import { failureText } from "./failure-text.ts";
import type { Saved } from "./settings-tab.ts";

type Kind = "hmac" | "ed25519";

/** Shows a secret, which can not be had again. */
export function SecretDialog({
  secret,
  publicKey,
  onClose,
}: {
  readonly secret: string;
  readonly publicKey: string | null;
  readonly onClose: () => void;
}): VNode {
  const { t, href } = usePortal();
  const done = html`<${Button} kind="primary" onClick=${onClose}>${t("secret.saved")}<//>`;
  const row = (label: string, text: string): VNode =>
    html`<div>
      <p class="label">${label}</p>
      <div class="secret"><code>${text}</code><${CopyButton} text=${text} what=${label} /></div>
    </div>`;
  return html`<${Dialog} firm title=${t("secret.new")} onClose=${onClose} actions=${done}>
    <p>${t("secret.once")}</p>
    ${publicKey === null ? row(t("secret.secret"), secret) : row(t("secret.public-key"), publicKey)}
    ${
      publicKey === null
        ? null
        : html`<details>
            <summary>${t("secret.private")}</summary>
            ${row(t("secret.secret"), secret)}
          </details>`
    }
    <p><a href=${href("guide")} target="_blank" rel="noopener">${t("secret.guide")}</a></p>
  <//>`;
}

function RotateForm({
  onRotate,
}: {
  readonly onRotate: (kind: Kind, keepOldHours: number) => Promise<void>;
}): VNode {
  const { t } = usePortal();
  const [kind, setKind] = useState<Kind>("hmac");
  const [hours, setHours] = useState("24");
  const keep = Number(hours);
  const wrong = hours === "" || !(keep >= 0 && keep <= 720);
  return html`<div class="fields">
      <${SelectField}
        label=${t("secret.kind")}
        hint=${t(`secret.kind-hint.${kind}`)}
        value=${kind}
        choices=${["hmac", "ed25519"].map((value) => ({ value, label: t(`secret.kind.${value}`) }))}
        onChange=${(value: string) => setKind(value as Kind)}
      />
      <${TextField}
        type="number"
        min=${0}
        max=${720}
        label=${t("secret.keep")}
        hint=${t("secret.keep-hint")}
        error=${wrong ? t("secret.keep-wrong") : null}
        value=${hours}
        onInput=${setHours}
      />
    </div>
    <div class="actions">
      <${Button} kind="primary" disabled=${wrong} onClick=${() => onRotate(kind, keep)}
        >${t("secret.rotate")}<//
      >
    </div>`;
}

function Standing({ action }: { readonly action: Trigger["action"] }): VNode {
  const { t } = usePortal();
  const { secrets, oldSecretsUntil } = action;
  if (secrets.length === 0) return html`<p>${t("secret.none")}</p>`;
  return html`<ul class="plain">
      ${secrets.map(
        (mask, index) =>
          html`<li key=${index}>
            <code>${mask}</code> ${t(index === 0 ? "secret.newest" : "secret.old")}
          </li>`,
      )}
    </ul>
    ${
      secrets.length > 1 && oldSecretsUntil !== null
        ? html`<p>${t("secret.until")} <${Time} at=${oldSecretsUntil} /></p>`
        : null
    }`;
}

interface SecretProps {
  readonly saved: Saved;
  readonly onSaved: (trigger: Trigger, etag: string | null) => void;
  /** Somebody else has changed it meanwhile. */
  readonly onConflict: () => Promise<void>;
}

/** Shows why a change of the secrets was not made. */
function useFailure({ onConflict }: SecretProps) {
  const portal = usePortal();
  return async (error: unknown): Promise<void> => {
    if (error instanceof ApiError && error.status === 412) await onConflict();
    else portal.toast(failureText(portal, error), "error");
  };
}

function DropOld(props: SecretProps): VNode {
  const { t, api, toast } = usePortal();
  const failed = useFailure(props);
  const { saved, onSaved } = props;
  const [asking, setAsking] = useState(false);
  async function drop(): Promise<void> {
    try {
      const params = { triggerId: saved.trigger.triggerId };
      const { body, etag } = await api.call("dropOldSecrets", { params, ifMatch: saved.etag });
      onSaved(body, etag);
      setAsking(false);
      toast(t("secret.dropped"), "success");
    } catch (error) {
      setAsking(false);
      await failed(error);
    }
  }
  return html`<div class="actions">
      <${Button} kind="danger" onClick=${() => setAsking(true)}>${t("secret.drop")}<//>
    </div>
    ${
      asking
        ? html`<${ConfirmDialog}
            danger
            title=${t("secret.drop-title")}
            confirm=${t("secret.drop")}
            onConfirm=${drop}
            onClose=${() => setAsking(false)}
          >
            <p>${t("secret.drop-text")}</p>
          <//>`
        : null
    }`;
}

function Rotation(props: SecretProps): VNode {
  const { t, api } = usePortal();
  const failed = useFailure(props);
  const { saved, onSaved } = props;
  const [made, setMade] = useState<RotatedSecret | null>(null);
  async function rotate(kind: Kind, keepOldHours: number): Promise<void> {
    try {
      const params = { triggerId: saved.trigger.triggerId };
      const { body: rotated, etag } = await api.call("rotateSecret", {
        params,
        body: { kind, keepOldHours },
        ifMatch: saved.etag,
      });
      setMade(rotated);
      onSaved(rotated.trigger, etag);
    } catch (error) {
      await failed(error);
    }
  }
  return html`<section class="card" aria-labelledby="rotate-title">
      <h2 id="rotate-title">${t("secret.rotate-title")}</h2>
      <${RotateForm} onRotate=${rotate} />
    </section>
    ${
      made === null
        ? null
        : html`<${SecretDialog}
            secret=${made.secret}
            publicKey=${made.publicKey}
            onClose=${() => setMade(null)}
          />`
    }`;
}

/** What signs the requests, and making it anew. */
export function SecretTab(props: SecretProps): VNode {
  const { t, can } = usePortal();
  const { action } = props.saved.trigger;
  const mayWrite = can("triggers:write");
  return html`<section class="card" aria-labelledby="secret-title">
      <h2 id="secret-title">${t("secret.title")}</h2>
      <p class="hint">${t("secret.hint")}</p>
      <${Standing} action=${action} />
      ${mayWrite && action.secrets.length > 1 ? html`<${DropOld} ...${props} />` : null}
    </section>
    ${mayWrite ? html`<${Rotation} ...${props} />` : null}`;
}
