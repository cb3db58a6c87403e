import type { VNode } from "preact";
import { html } from "htm/preact";
import type { HourCounts } from "../../admin/contract/triggers.ts";
import { usePortal } from "../shell/portal.ts";
import { Sparkline } from "../ui/sparkline.ts";
import type { SparkBar } from "../ui/sparkline.ts";

const hourMs = 3_600_000;

/** A bar for each of the 24 hours up to `now`, the oldest first; hours without attempts are empty. */
export function barsOf(hours: readonly HourCounts[], now: number): SparkBar[] {
  const byHour = new Map(hours.map((counts) => [Date.parse(counts.hour), counts]));
  const last = Math.floor(now / hourMs) * hourMs;
  return Array.from({ length: 24 }, (_, index) => {
    const counts = byHour.get(last - (23 - index) * hourMs);
    return { good: counts?.delivered ?? 0, bad: (counts?.failed ?? 0) + (counts?.dead ?? 0) };
  });
}

/** What became of a trigger's attempts in the last 24 hours: as bars, and in words. Null: that can not be read. */
export function DayOfAttempts({ hours }: { readonly hours: readonly HourCounts[] | null }): VNode {
  const { t, formats } = usePortal();
  if (hours === null) return html`<span class="quiet-text">${t("triggers.day.away")}</span>`;
  const bars = barsOf(hours, Date.now());
  const good = bars.reduce((sum, bar) => sum + bar.good, 0);
  const all = bars.reduce((sum, bar) => sum + bar.good + bar.bad, 0);
  if (all === 0) return html`<span class="quiet-text">${t("triggers.day.none")}</span>`;
  const share = formats.percent(good / all);
  const words = t("triggers.day.words", { count: all, share });
  return html`<div class="day">
    <${Sparkline} bars=${bars} label=${words} />
    <span class="quiet-text" aria-hidden="true">${share}</span>
  </div>`;
}
