import type { VNode } from "preact";
import { html } from "htm/preact";
import { example, exampleText } from "../guide/example.ts";
import { usualWaits as waits } from "../guide/ladder.ts";
import { usePortal } from "../shell/portal.ts";
import { CodeBlock } from "../ui/code-block.ts";
import { Page } from "../ui/page.ts";
import { Table } from "../ui/table.ts";
import type { Column } from "../ui/table.ts";
import { GuideCode } from "./guide/code.ts";
import { OwnWebhook } from "./guide/own-webhook.ts";

/** Pieces of text by their keys below `guide.<list>.`, in their order. */
const steps = ["verify", "soon", "once", "answer"] as const;
const headers = [
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "onhook-attempt",
  "user-agent",
  "content-type",
] as const;
const answers = ["2xx", "410", "429", "3xx", "other", "none"] as const;
const network = ["https", "addresses", "ports", "source", "version"] as const;
const testing = ["send", "example", "story", "tunnel", "rotate"] as const;

function TextTable({
  caption,
  list,
  keys,
  labels,
}: {
  readonly caption: string;
  readonly list: string;
  readonly keys: readonly string[];
  readonly labels: readonly [string, string];
}): VNode {
  const { t, has } = usePortal();
  const columns: readonly Column<string>[] = [
    {
      key: "name",
      label: labels[0],
      isHead: true,
      cell: (key) =>
        has(`guide.${list}.${key}.name`)
          ? t(`guide.${list}.${key}.name`)
          : html`<code>${key}</code>`,
    },
    { key: "meaning", label: labels[1], cell: (key) => t(`guide.${list}.${key}`) },
  ];
  return html`<${Table}
    caption=${caption}
    columns=${columns}
    rows=${keys}
    rowKey=${(key: string) => key}
  />`;
}

function Ladder(): VNode {
  const { t, formats } = usePortal();
  const total = (retry: number): number =>
    waits.slice(0, retry).reduce((sum, wait) => sum + wait, 0);
  const columns: readonly Column<number>[] = [
    {
      key: "retry",
      label: t("guide.ladder.retry"),
      isHead: true,
      cell: (retry) => formats.number(retry),
    },
    {
      key: "wait",
      label: t("guide.ladder.wait"),
      cell: (retry) => formats.duration((waits[retry - 1] ?? 0) * 1000),
    },
    {
      key: "sum",
      label: t("guide.ladder.sum"),
      cell: (retry) => formats.duration(total(retry) * 1000),
    },
  ];
  return html`<section>
    <h2>${t("guide.ladder.title")}</h2>
    <p>${t("guide.ladder.text")}</p>
    <${Table}
      caption=${t("guide.ladder.title")}
      columns=${columns}
      rows=${waits.map((_, index) => index + 1)}
      rowKey=${String}
    />
    <p class="hint">${t("guide.ladder.operator")}</p>
  </section>`;
}

function Bullets({
  list,
  keys,
}: {
  readonly list: string;
  readonly keys: readonly string[];
}): VNode {
  const { t } = usePortal();
  return html`<section>
    <h2>${t(`guide.${list}.title`)}</h2>
    <ul class="prose">
      ${keys.map((key) => html`<li key=${key}>${t(`guide.${list}.${key}`)}</li>`)}
    </ul>
  </section>`;
}

function Request(): VNode {
  const { t } = usePortal();
  return html`<section>
    <h2>${t("guide.request.title")}</h2>
    <p>${t("guide.request.text")}</p>
    <${CodeBlock} label=${t("guide.request.label")} text=${exampleText()} />
    <p>${t("guide.request.secret")} <code>${example.secret}</code></p>
    <${TextTable}
      caption=${t("guide.request.headers")}
      list="header"
      keys=${headers}
      labels=${[t("guide.request.header"), t("guide.request.meaning")]}
    />
    <p>${t("guide.request.signed")}</p>
    <p>${t("guide.request.formats")}</p>
  </section>`;
}

/** For those who write what receives the webhooks. */
export function GuidePage(): VNode {
  const { t } = usePortal();
  return html`<${Page} title=${t("guide.title")}>
    <p class="lead">${t("guide.lead")}</p>
    <section>
      <h2>${t("guide.steps.title")}</h2>
      <ol class="prose">
        ${steps.map(
          (key) =>
            html`<li key=${key}>
              <strong>${t(`guide.steps.${key}.name`)}</strong> ${t(`guide.steps.${key}`)}
            </li>`,
        )}
      </ol>
    </section>
    <section>
      <h2>${t("guide.code.title")}</h2>
      <p>${t("guide.code.text")}</p>
      <${GuideCode} />
    </section>
    <${Request} />
    <section>
      <h2>${t("guide.answers.title")}</h2>
      <${TextTable}
        caption=${t("guide.answers.title")}
        list="answers"
        keys=${answers}
        labels=${[t("guide.answers.answer"), t("guide.answers.meaning")]}
      />
    </section>
    <${Ladder} />
    <${Bullets} list="network" keys=${network} />
    <${Bullets} list="testing" keys=${testing} />
    <${OwnWebhook} />
  <//>`;
}
