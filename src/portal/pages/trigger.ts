import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { Trigger } from "../../admin/contract/triggers.ts";
import { useLoad } from "../shell/load.ts";
import { usePortal } from "../shell/portal.ts";
import { draftOf, isChanged } from "../trigger/draft.ts";
import type { Draft } from "../trigger/draft.ts";
import { useConflicts } from "../trigger/conflicts.ts";
import { useLeaveGuard } from "../trigger/editor.ts";
import { savedOver } from "../trigger/merge.ts";
import { SecretTab } from "../trigger/secret-tab.ts";
import { SettingsTab } from "../trigger/settings-tab.ts";
import type { Saved } from "../trigger/settings-tab.ts";
import { TestTab } from "../trigger/test-tab.ts";
import { TriggerHead } from "../trigger/trigger-head.ts";
import { firstDraft } from "../trigger/typed-on.ts";
import { Loaded } from "../ui/loaded.ts";
import { Page } from "../ui/page.ts";
import { Tabs } from "../ui/tabs.ts";
import type { Tab } from "../ui/tabs.ts";
import { TriggerDeliveries } from "./deliveries.ts";

interface TabsProps {
  readonly first: Saved;
  readonly onName: (name: string) => void;
}

/** What is saved and what is being edited; kept while one goes from tab to tab. */
function useTrigger({ first, onName }: TabsProps) {
  const { t, go, href, guard, toast } = usePortal();
  const [saved, setSaved] = useState(first);
  const [draft, setDraft] = useState<Draft>(() => firstDraft(first.trigger));
  const { name } = saved.trigger;
  useEffect(() => onName(name), [name]);
  return {
    saved,
    draft,
    setDraft,
    settle: (next: Saved, nextDraft: Draft): void => {
      setSaved(next);
      setDraft(nextDraft);
    },
    written: (next: Saved, sent: Draft): void => {
      setSaved(next);
      setDraft((now) => savedOver(sent, draftOf(next.trigger), now));
    },
    // Secrets are no part of the draft, and nothing else is changed with them: it stays what it is.
    rotated: (trigger: Trigger, etag: string | null): void =>
      setSaved({ trigger, etag: etag ?? saved.etag }),
    deleted: async (): Promise<void> => {
      guard(null);
      toast(t("trigger.deleted", { name }), "success");
      await go(href(""), { replace: true });
    },
  };
}

function TriggerTabs(props: TabsProps): VNode {
  const { t, can, route } = usePortal();
  const { saved, draft, ...on } = useTrigger(props);
  const { trigger } = saved;
  const conflicts = useConflicts(saved, draft, on.settle);
  const changed = isChanged(draft, trigger);
  const leaving = useLeaveGuard(changed);
  const settings = (): VNode =>
    html`<${SettingsTab}
      saved=${saved}
      draft=${draft}
      changed=${changed}
      onDraft=${on.setDraft}
      onSaved=${on.written}
      onDeleted=${on.deleted}
      onConflict=${conflicts.ask}
    />`;
  const deliveries = (): VNode => html`<${TriggerDeliveries} triggerId=${trigger.triggerId} />`;
  const test = (): VNode => html`<${TestTab} draft=${draft} saved=${trigger} changed=${changed} />`;
  const secret = (): VNode =>
    html`<${SecretTab} saved=${saved} onSaved=${on.rotated} onConflict=${conflicts.ask} />`;
  const tabs: readonly Tab[] = [
    { id: "settings", label: t("trigger.tab.settings"), content: settings },
    { id: "deliveries", label: t("trigger.tab.deliveries"), content: deliveries },
    { id: "test", label: t("trigger.tab.test"), content: test },
    { id: "secret", label: t("trigger.tab.secret"), content: secret },
  ];
  const seen = tabs.filter(({ id }) => id !== "deliveries" || can("deliveries:read"));
  const [tab, setTab] = useState(route.query.get("tab") ?? "settings");
  return html`<${TriggerHead} trigger=${trigger} />
    <${Tabs} label=${t("trigger.tabs")} tabs=${seen} selected=${tab} onSelect=${setTab} />
    ${leaving} ${conflicts.dialog}`;
}

/** One trigger: its settings, deliveries, a test, its secret. */
export function TriggerPage(): VNode {
  const { t, api, href, route, tenantId } = usePortal();
  const triggerId = route.params["triggerId"] ?? "";
  const [name, setName] = useState("");
  const load = useLoad<Saved>(
    async (signal) => {
      const { body, etag } = await api.call("readTrigger", { params: { triggerId }, signal });
      return { trigger: body, etag: etag ?? "" };
    },
    [tenantId, triggerId],
  );
  const title = name === "" ? t("triggers.unnamed") : name;
  const shown = load.data === null ? t("trigger.title") : title;
  return html`<${Page} title=${shown} heading=${html`<bdi>${shown}</bdi>`}>
    <p><a href=${href("")}>${t("trigger.back")}</a></p>
    <${Loaded} of=${load}
      >${(first: Saved) => html`<${TriggerTabs} first=${first} onName=${setName} />`}<//
    >
  <//>`;
}
