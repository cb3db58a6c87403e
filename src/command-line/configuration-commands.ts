import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import { triggerSecretCommand } from "./secret-commands.ts";

/** `topics`, `trigger`: what the service works by. */
export function configurationCommands(program: Command, context: () => CommandContext): void {
  const topics = program
    .command("topics")
    .description("the topics and the schemas of their records");
  topics
    .command("apply")
    .description("create and register what is missing; say what differs, without changing it")
    .action(async () => (await import("../commands/topics.ts")).topicsApply(context()));
  const trigger = program
    .command("trigger")
    .description("the triggers: which calls make which request");
  trigger
    .command("list")
    .description("all triggers, a line each")
    .option("--tenant <id>", "only this tenant's")
    .option("--json", "a JSON object a line")
    .action(async (options: { tenant?: string; json?: boolean }) =>
      (await import("../commands/triggers.ts")).triggerList(context(), options),
    );
  trigger
    .command("get <triggerId>")
    .description("one trigger as YAML, which `put` takes back; secrets are masked")
    .action(async (triggerId: string) =>
      (await import("../commands/triggers.ts")).triggerGet(context(), triggerId),
    );
  trigger
    .command("put <file>")
    .description(
      "check a trigger in a YAML or JSON file (`-`: standard input) and publish it; docs/examples/trigger.yaml is one",
    )
    .action(async (file: string) =>
      (await import("../commands/triggers.ts")).triggerPut(context(), file),
    );
  triggerSecretCommand(trigger, context);
  trigger
    .command("delete <triggerId>")
    .description("delete a trigger; its pending jobs end as cancelled")
    .action(async (triggerId: string) =>
      (await import("../commands/triggers.ts")).triggerDelete(context(), triggerId),
    );
}
