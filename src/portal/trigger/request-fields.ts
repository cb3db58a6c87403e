import type { VNode } from "preact";
import { html } from "htm/preact";
import type { Problem } from "../../admin/contract/shapes.ts";
import { usePortal } from "../shell/portal.ts";
import { SelectField, TextField } from "../ui/field.ts";
import { namedTwice, noAuth } from "./draft.ts";
import type { AuthDraft, Draft, Pair } from "./draft.ts";
import { hasMask, mask } from "./mask.ts";
import { Pairs } from "./pairs.ts";
import { problemAt } from "./problem-text.ts";
import { SecretField } from "./secret-field.ts";

export interface PartProps {
  readonly draft: Draft;
  readonly problems: readonly Problem[];
  readonly disabled: boolean;
  readonly onChange: (change: Partial<Draft>) => void;
}

const methods = ["POST", "PUT", "GET"] as const;
const formats = ["json", "form", "multipart"] as const;

/** Source: spec, section 1: the wait before retry n is n × 2 s. */
const waitSeconds = 2;

/** What the retries mean: when each comes. */
export function RetriesField({ draft, problems, disabled, onChange }: PartProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { retries } = draft;
  const waits = Array.from({ length: retries }, (_, index) => (index + 1) * waitSeconds);
  const hint =
    retries === 0
      ? t("editor.retries.none")
      : t("editor.retries.waits", {
          count: retries,
          waits: portal.formats.allOf(waits.map((wait) => portal.formats.duration(wait * 1000))),
        });
  return html`<${SelectField}
    label=${t("editor.retries.label")}
    hint=${hint}
    error=${problemAt(portal, problems, "action.retries")}
    disabled=${disabled}
    value=${String(retries)}
    choices=${Array.from({ length: 11 }, (_, count) => ({ value: String(count), label: String(count) }))}
    onChange=${(value: string) => onChange({ retries: Number(value) })}
  />`;
}

/** Where to, and how. */
export function RequestFields(props: PartProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { draft, problems, disabled, onChange } = props;
  const urlProblem = problemAt(portal, problems, "action.url");
  return html`<${TextField}
      type="url"
      inputmode="url"
      label=${t("editor.url")}
      hint=${t("editor.url-hint")}
      placeholder="https://"
      error=${urlProblem}
      value=${draft.url}
      disabled=${disabled}
      onInput=${(url: string) => onChange({ url })}
    />
    <div class="fields">
      <${SelectField}
        label=${t("editor.method")}
        value=${draft.method}
        disabled=${disabled}
        choices=${methods.map((value) => ({ value, label: value }))}
        onChange=${(method: string) => onChange({ method: method as Draft["method"] })}
      />
      <${SelectField}
        label=${t("editor.format")}
        hint=${draft.method === "GET" ? t("editor.format-get") : undefined}
        value=${draft.format}
        disabled=${disabled || draft.method === "GET"}
        choices=${formats.map((value) => ({ value, label: t(`editor.format.${value}`) }))}
        onChange=${(format: string) => onChange({ format: format as Draft["format"] })}
      />
      <${RetriesField} ...${props} />
    </div>`;
}

/** Pairs that every payload carries. */
export function CustomDataFields({ draft, problems, disabled, onChange }: PartProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const twice = namedTwice(draft.customData);
  const problemOf = ({ name }: Pair): string | null =>
    twice.has(name)
      ? t("problems.twice")
      : problemAt(portal, problems, `action.customData.${name}`);
  return html`<fieldset class="part">
    <legend>${t("editor.custom-data.title")}</legend>
    <p class="hint">${t("editor.custom-data.hint")}</p>
    <${Pairs}
      pairs=${draft.customData}
      disabled=${disabled}
      addLabel=${t("editor.custom-data.add")}
      nameLabel=${t("editor.custom-data.name")}
      valueLabel=${t("editor.value")}
      problemOf=${problemOf}
      onChange=${(customData: readonly Pair[]) => onChange({ customData })}
    />
    <${Whole} problem=${problemAt(portal, problems, "action.customData")} />
  </fieldset>`;
}

function Whole({ problem }: { readonly problem: string | null }): VNode | null {
  return problem === null ? null : html`<div class="error">${problem}</div>`;
}

/** Headers of the trigger's own. */
export function HeaderFields({ draft, problems, disabled, onChange }: PartProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const twice = namedTwice(draft.headers);
  const problemOf = ({ name }: Pair): string | null =>
    twice.has(name) ? t("problems.twice") : problemAt(portal, problems, `action.headers.${name}`);
  const valueProblemOf = ({ value }: Pair): string | null =>
    hasMask(value) ? t("problems.mask") : null;
  return html`<fieldset class="part">
    <legend>${t("editor.headers.title")}</legend>
    <p class="hint">${t("editor.headers.hint")}</p>
    <${Pairs}
      pairs=${draft.headers}
      disabled=${disabled}
      secret
      valueProblemOf=${valueProblemOf}
      addLabel=${t("editor.headers.add")}
      nameLabel=${t("editor.headers.name")}
      valueLabel=${t("editor.value")}
      problemOf=${problemOf}
      onChange=${(headers: readonly Pair[]) => onChange({ headers })}
    />
    <${Whole} problem=${problemAt(portal, problems, "action.headers")} />
  </fieldset>`;
}

/** Credentials in the header `authorization`. */
export function AuthFields({ draft, problems, disabled, onChange }: PartProps): VNode {
  const portal = usePortal();
  const { t } = portal;
  const { auth } = draft;
  const set = (change: Partial<AuthDraft>): void => onChange({ auth: { ...auth, ...change } });
  const secretName = auth.scheme === "basic" ? "password" : "token";
  return html`<fieldset class="part">
    <legend>${t("editor.auth.title")}</legend>
    <div class="fields">
      <${SelectField}
        label=${t("editor.auth.scheme")}
        value=${auth.scheme}
        disabled=${disabled}
        choices=${["none", "basic", "bearer"].map((value) => ({ value, label: t(`editor.auth.scheme.${value}`) }))}
        onChange=${(scheme: string) => onChange({ auth: { ...noAuth, scheme: scheme as AuthDraft["scheme"] } })}
      />
      ${
        auth.scheme === "basic"
          ? html`<${TextField}
              label=${t("editor.auth.username")}
              autocomplete="off"
              error=${problemAt(portal, problems, "action.auth.username")}
              value=${auth.username}
              disabled=${disabled}
              onInput=${(username: string) => set({ username })}
            />`
          : null
      }
      ${
        auth.scheme === "none"
          ? null
          : html`<${SecretField}
              key=${auth.scheme}
              type="password"
              autocomplete="new-password"
              label=${t(`editor.auth.${secretName}`)}
              hint=${auth.secret === mask ? t("editor.auth.kept") : undefined}
              error=${
                hasMask(auth.secret)
                  ? t("problems.mask")
                  : problemAt(portal, problems, `action.auth.${secretName}`)
              }
              value=${auth.secret}
              disabled=${disabled}
              onInput=${(secret: string) => set({ secret })}
            />`
      }
    </div>
  </fieldset>`;
}
