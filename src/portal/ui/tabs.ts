import type { ComponentChildren, VNode } from "preact";
import { useId, useRef } from "preact/hooks";
import { html } from "htm/preact";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly content: () => ComponentChildren;
}

const steps: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Tabs by the pattern of the ARIA APG: arrows move among them, Tab goes on to what is shown. */
export function Tabs({
  label,
  tabs,
  selected,
  onSelect,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
}): VNode {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex(({ id }) => id === selected),
  );
  const current = tabs[at];
  function press(event: KeyboardEvent): void {
    const next = tabs[steps[event.key]?.(at, tabs.length) ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${base}-${next.id}`)}`)?.focus();
  }
  return html`<div class="tabs">
    <div class="tablist" role="tablist" aria-label=${label} ref=${list} onKeyDown=${press}>
      ${tabs.map(
        (tab) =>
          html`<button
            key=${tab.id}
            type="button"
            role="tab"
            id=${`${base}-${tab.id}`}
            aria-selected=${tab === current ? "true" : "false"}
            aria-controls=${`${base}-panel`}
            tabindex=${tab === current ? 0 : -1}
            onClick=${() => onSelect(tab.id)}
          >
            ${tab.label}
          </button>`,
      )}
    </div>
    <div
      class="tabpanel"
      role="tabpanel"
      id=${`${base}-panel`}
      aria-labelledby=${`${base}-${current?.id}`}
    >
      ${current?.content()}
    </div>
  </div>`;
}
