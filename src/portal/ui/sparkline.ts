import type { VNode } from "preact";
import { html } from "htm/preact";

export interface SparkBar {
  readonly good: number;
  readonly bad: number;
}

const width = 4;
const gap = 1;
const height = 24;

/** How high a part is: what there is at all is seen, however little it is. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(2, Math.round((count / most) * height));
}

/** Bars of what went well and what did not, the oldest first. `label` says the same in words. */
export function Sparkline({
  bars,
  label,
}: {
  readonly bars: readonly SparkBar[];
  readonly label: string;
}): VNode {
  const most = Math.max(1, ...bars.map(({ good, bad }) => good + bad));
  const whole = bars.length * (width + gap);
  return html`<svg
    class="sparkline"
    role="img"
    aria-label=${label}
    viewBox=${`0 0 ${whole} ${height}`}
    width=${whole}
    height=${height}
  >
    ${bars.map(({ good, bad }, index) => {
      const x = index * (width + gap);
      const [up, down] = [heightOf(good, most), heightOf(bad, most)];
      return html`<g key=${index}>
        <rect class="ground" x=${x} y=${height - 1} width=${width} height="1" />
        <rect class="good" x=${x} y=${height - up} width=${width} height=${up} />
        <rect class="bad" x=${x} y=${height - up - down} width=${width} height=${down} />
      </g>`;
    })}
  </svg>`;
}
