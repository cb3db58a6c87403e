import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { TestSend } from "../../admin/contract/calls.ts";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { usePortal } from "../shell/portal.ts";
import { Badge } from "../ui/badge.ts";
import { Button } from "../ui/button.ts";
import { CodeBlock } from "../ui/code-block.ts";
import { Toggle } from "../ui/field.ts";
import { ErrorNotice } from "../ui/loaded.ts";
import { Notice } from "../ui/notice.ts";
import { CallChoice } from "./call-choice.ts";
import type { Draft } from "./draft.ts";
import { writtenOf } from "./draft.ts";
import { draftBody } from "./live.ts";
import { HeaderList, RequestView, pretty } from "./request-view.ts";

type Answer = NonNullable<TestSend["answer"]>;

function AnswerBody({
  body,
  type,
}: {
  readonly body: Answer["body"];
  readonly type: string | null;
}): VNode {
  const { t } = usePortal();
  if (body === null) return html`<p class="quiet-text">${t("test.body-hidden")}</p>`;
  if (body === "") return html`<p class="quiet-text">${t("test.body-empty")}</p>`;
  return html`<${CodeBlock} label=${t("test.answer-body")} text=${pretty(body, type)} />`;
}

function AnswerView({ answer }: { readonly answer: Answer }): VNode {
  const { t } = usePortal();
  const type =
    answer.headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? null;
  const good = answer.status >= 200 && answer.status < 300;
  return html`<div class="answer">
    <p class="badges">
      <${Badge} kind=${good ? "good" : "bad"}>${answer.status}<//>
      ${t(good ? "test.accepted" : "test.refused")}
    </p>
    <${HeaderList} label=${t("test.answer-headers")} headers=${answer.headers} />
    <${AnswerBody} body=${answer.body} type=${type} />
    ${answer.truncated ? html`<p class="quiet-text">${t("test.truncated")}</p>` : null}
  </div>`;
}

function Failed({ result }: { readonly result: TestSend }): VNode {
  const { t, has } = usePortal();
  const key = `test.reason.${result.reason ?? ""}`;
  return html`<${Notice} kind="error" title=${has(key) ? t(key) : t("test.failed")}>
    ${result.error === null ? null : html`<p lang="en"><bdi>${result.error}</bdi></p>`}
  <//>`;
}

function Result({ result }: { readonly result: TestSend }): VNode {
  const { t, formats } = usePortal();
  return html`<div class="split">
    <section class="card" aria-labelledby="sent-title">
      <h2 id="sent-title">${t("test.request")}</h2>
      <${RequestView} request=${result.request} />
    </section>
    <section class="card" aria-labelledby="answer-title">
      <h2 id="answer-title">${t("test.answer")}</h2>
      <p class="quiet-text">${t("test.took", { time: formats.duration(result.durationMs) })}</p>
      ${result.answer === null ? html`<${Failed} result=${result} />` : html`<${AnswerView} answer=${result.answer} />`}
    </section>
  </div>`;
}

/** Makes one request as the draft says, saved or not, and shows what came back. */
export function TestTab({
  draft,
  saved,
  changed,
}: {
  readonly draft: Draft;
  readonly saved: Trigger;
  readonly changed: boolean;
}): VNode {
  const { t, api, can, announce } = usePortal();
  const [cdrId, setCdrId] = useState<string | null>(null);
  const [reveal, setReveal] = useState(false);
  const [result, setResult] = useState<TestSend | null>(null);
  const [error, setError] = useState<Error | null>(null);
  if (!can("triggers:test")) return html`<${Notice} title=${t("test.not-allowed")} />`;
  function choose(next: string | null): void {
    setCdrId(next);
    setReveal(false);
  }
  async function send(): Promise<void> {
    setError(null);
    try {
      const asked = { call: { cdrId }, reveal };
      const body = { ...draftBody(writtenOf(draft, saved), saved), ...asked };
      const sent = (await api.call("testSend", { body })).body;
      setResult(sent);
      announce(
        sent.answer === null
          ? t("test.failed")
          : t("test.answered", { status: String(sent.answer.status) }),
      );
    } catch (error) {
      setResult(null);
      setError(error as Error);
    }
  }
  return html`<section class="card" aria-labelledby="test-title">
      <h2 id="test-title">${t("test.title")}</h2>
      <p class="hint">${t("test.hint")}</p>
      ${changed ? html`<p class="hint">${t("test.unsaved")}</p>` : null}
      <div class="filters">
        <${CallChoice} cdrId=${cdrId} onChange=${choose} />
        <${Button} kind="primary" onClick=${send}>${t("test.send")}<//>
      </div>
      ${
        can("values:reveal") && cdrId !== null
          ? html`<${Toggle}
              label=${t("editor.reveal")}
              hint=${t("reveal.text")}
              checked=${reveal}
              onChange=${setReveal}
            />`
          : null
      }
      ${error === null ? null : html`<${ErrorNotice} error=${error} />`}
    </section>
    ${result === null ? null : html`<${Result} result=${result} />`}`;
}
