import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Replay } from "../../admin/contract/deliveries.ts";
import { ApiError } from "../api/problem.ts";
import { useLoad } from "../shell/load.ts";
import type { Load } from "../shell/load.ts";
import { usePoll } from "../shell/poll.ts";
import { usePortal } from "../shell/portal.ts";
import { failureText } from "../trigger/failure-text.ts";
import { Badge } from "../ui/badge.ts";
import { Button } from "../ui/button.ts";
import { ConfirmDialog } from "../ui/dialog.ts";
import { EmptyState } from "../ui/empty-state.ts";
import { Loaded } from "../ui/loaded.ts";
import { Page } from "../ui/page.ts";
import { ReplayFailure } from "../ui/replay-failure.ts";
import { Time } from "../ui/time.ts";
import { useTriggerChoices } from "./deliveries/filter-form.ts";
import { StartForm } from "./replays/start-form.ts";

const kinds = { running: "info", done: "good", stopped: "warning", failed: "bad" } as const;
const pollMs = 2000;

function Progress({ of }: { readonly of: Replay }): VNode {
  const { t, formats } = usePortal();
  const share = of.end === 0 ? 1 : Math.min(1, of.read / of.end);
  return html`<div class="progress">
    <progress aria-label=${t("replays.progress")} max="1" value=${share}></progress>
    <span>${formats.percent(share)}</span>
  </div>`;
}

function ReplayCard({
  of,
  name,
  onStop,
}: {
  readonly of: Replay;
  readonly name: string | null;
  readonly onStop: (() => void) | null;
}): VNode {
  const { t } = usePortal();
  return html`<article class="card">
    <h3>
      ${t(`replays.kind.${of.kind}`)} ${name === null ? null : html`<bdi>${name}</bdi>`}
      <${Badge} kind=${kinds[of.state]}>${t(`replays.state.${of.state}`)}<//>
    </h3>
    <${Progress} of=${of} />
    <p>${t("replays.counts", { written: of.written, matched: of.matched, skipped: of.skipped })}</p>
    ${of.error === null ? null : html`<p class="error"><${ReplayFailure} error=${of.error} /></p>`}
    <p class="quiet-text">
      <${Time}
        at=${of.startedAt}
      />${of.endedAt === null ? null : html` – <${Time} at=${of.endedAt} />`} ·
      <code>${of.replayId}</code>
    </p>
    ${
      of.state === "running" && onStop !== null
        ? html`<div class="actions">
            <${Button} kind="danger" onClick=${onStop}>${t("replays.stop")}<//>
          </div>`
        : null
    }
  </article>`;
}

/** The replays, and anew for as long as one runs. */
function useReplays(): Load<readonly Replay[]> {
  const { api, tenantId } = usePortal();
  const read = async (signal?: AbortSignal): Promise<readonly Replay[]> =>
    (await api.call("listReplays", signal === undefined ? {} : { signal })).body.items;
  const replays = useLoad(read, [tenantId]);
  const refresh = async (): Promise<void> => {
    try {
      replays.set(await read());
    } catch (error) {
      if (!(error instanceof ApiError && error.isPassing)) await replays.reload();
    }
  };
  usePoll(refresh, pollMs, replays.data?.some(({ state }) => state === "running") === true);
  return replays;
}

function Stopping({
  replay,
  onStopped,
  onClose,
}: {
  readonly replay: Replay;
  readonly onStopped: () => unknown;
  readonly onClose: () => void;
}): VNode {
  const portal = usePortal();
  const { t, api, toast } = portal;
  async function stop(): Promise<void> {
    onClose();
    try {
      await api.call("stopReplay", { params: { replayId: replay.replayId } });
      toast(t("replays.stopped"), "success");
    } catch (error) {
      toast(t("replays.stop.failed", { reason: failureText(portal, error) }), "error");
    }
    await onStopped();
  }
  return html`<${ConfirmDialog}
    title=${t("replays.stop.title")}
    confirm=${t("replays.stop")}
    danger=${true}
    onConfirm=${stop}
    onClose=${onClose}
  >
    <p>${t("replays.stop.text")}</p>
  <//>`;
}

/** Sends what was not delivered again, or fires a webhook for calls of the past, and follows how far that is. */
export function ReplaysPage(): VNode {
  const { t, can, route } = usePortal();
  const [stopping, setStopping] = useState<Replay | null>(null);
  const triggers = useTriggerChoices("", true);
  const replays = useReplays();
  const mayWrite = can("deliveries:redeliver");
  const nameOf = (triggerId: string | null): string | null =>
    triggerId === null
      ? null
      : (triggers.find(({ value }) => value === triggerId)?.label ?? triggerId);
  const card = (replay: Replay): VNode =>
    html`<${ReplayCard}
      key=${replay.replayId}
      of=${replay}
      name=${nameOf(replay.triggerId)}
      onStop=${mayWrite ? () => setStopping(replay) : null}
    />`;
  return html`<${Page} title=${t("replays.title")}>
    <p class="lead">${t("replays.lead")}</p>
    ${
      mayWrite
        ? html`<${StartForm}
            triggerId=${route.query.get("trigger") ?? ""}
            onStarted=${replays.reload}
          />`
        : null
    }
    <h2>${t("replays.list")}</h2>
    <${Loaded} of=${replays}>
      ${(items: readonly Replay[]) =>
        items.length === 0
          ? html`<${EmptyState} title=${t("replays.none")} />`
          : html`<div class="stack">${items.map(card)}</div>`}
    <//>
    ${
      stopping === null
        ? null
        : html`<${Stopping}
            replay=${stopping}
            onStopped=${replays.reload}
            onClose=${() => setStopping(null)}
          />`
    }
  <//>`;
}
