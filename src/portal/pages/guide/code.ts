import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import { programs } from "../../guide/programs.ts";
import type { ProgramId } from "../../guide/programs.ts";
import { useLoad } from "../../shell/load.ts";
import { usePortal } from "../../shell/portal.ts";
import { CodeBlock } from "../../ui/code-block.ts";
import { Loaded } from "../../ui/loaded.ts";
import { Tabs } from "../../ui/tabs.ts";

type Program = (typeof programs)[number];

/** The very file that is tested: it stands beside the portal's own. */
async function sourceOf(file: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(new URL(`../../guide/${file}`, import.meta.url), { signal });
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return await response.text();
}

function Source({ program }: { readonly program: Program }): VNode {
  const { t, has } = usePortal();
  const source = useLoad((signal) => sourceOf(program.file, signal), [program.file]);
  const note = `guide.code.note.${program.id}`;
  return html`${has(note) ? html`<p>${t(note)}</p>` : null}
    <${CodeBlock} label=${t("guide.code.run", { language: program.name })} text=${program.run} />
    <${Loaded} of=${source}>
      ${(text: string) =>
        html`<${CodeBlock}
          label=${t("guide.code.program", { language: program.name })}
          text=${text}
        />`}
    <//>`;
}

/** A whole receiver in each language. */
export function GuideCode(): VNode {
  const { t } = usePortal();
  const [selected, setSelected] = useState<ProgramId>("node");
  const tabs = programs.map((program) => ({
    id: program.id,
    label: program.name,
    content: () => html`<${Source} key=${program.id} program=${program} />`,
  }));
  return html`<${Tabs}
    label=${t("guide.code.languages")}
    tabs=${tabs}
    selected=${selected}
    onSelect=${setSelected}
  />`;
}
