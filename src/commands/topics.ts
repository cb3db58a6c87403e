import { applyAll } from "./apply-topics.ts";
import type { ApplyLine } from "./apply-topics.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";

const marks = {
  created: "+",
  registered: "+",
  unchanged: "=",
  differs: "!",
} as const satisfies Record<ApplyLine["what"], string>;

/** `onhook topics apply`: creates and registers what is missing, says what differs. */
export async function topicsApply(context: CommandContext): Promise<void> {
  const lines = await withConnections(context, ({ topicAdmin, registry }) =>
    applyAll(context.config, topicAdmin, registry),
  );
  for (const { what, name, detail } of lines) {
    context.out(`${marks[what]} ${what.padEnd(10)} ${name}${detail === "" ? "" : `: ${detail}`}`);
  }
}
