import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import type { TriggerSecretOptions } from "../commands/trigger-secret.ts";

type Kind = TriggerSecretOptions["kind"];

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `24h`, `7d` in ms. */
function duration(given: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,3})([mhd])$/.exec(given) ?? [];
  const ms = unitsMs[unit];
  if (ms === undefined)
    throw new InvalidArgumentError("It is a number of minutes, hours or days: 90m, 24h, 7d.");
  return Number(count) * ms;
}

function keyId(given: string): string {
  if (!/^[\w.-]{1,64}$/.test(given))
    throw new InvalidArgumentError(
      "It has 1 to 64 letters, digits, dots, underscores and hyphens.",
    );
  return given;
}

function kindOption(): Option {
  return new Option(
    "--kind <kind>",
    "hmac: the receiver has the same secret; ed25519: only a public key",
  )
    .choices(["hmac", "ed25519"])
    .default("hmac");
}

/** `trigger secret`, added to the commands of triggers. */
export function triggerSecretCommand(trigger: Command, context: () => CommandContext): void {
  const command = trigger
    .command("secret <triggerId>")
    .description("change a trigger's signing secrets; a new one is printed once, and never again")
    .option(
      "--rotate",
      "make a new secret; those before go on signing, so that receivers can change",
    )
    .addOption(
      new Option("--keep <time>", "with --rotate: for how long those before go on, for example 24h")
        .argParser(duration)
        .conflicts("dropOld"),
    )
    .option("--drop-old", "leave out all but the newest: with --rotate, all before the new one")
    .addOption(kindOption());
  command.action(async (triggerId: string, options: TriggerSecretOptions) => {
    if (options.rotate !== true && (options.dropOld !== true || options.keep !== undefined))
      command.error("error: give --rotate, --drop-old or both; --keep goes with --rotate");
    const { triggerSecret } = await import("../commands/trigger-secret.ts");
    await triggerSecret(context(), triggerId, options);
  });
}

/** `secrets`: making them, and the key ring that they are encrypted with. */
export function secretCommands(program: Command, context: () => CommandContext): void {
  const secrets = program
    .command("secrets")
    .alias("secret")
    .description("signing secrets, and the keys that secrets are encrypted with");
  secrets
    .command("generate")
    .description("a new signing secret, for a trigger's file; of ed25519 its public key, too")
    .addOption(kindOption())
    .action(async (options: { kind: Kind }) =>
      (await import("../commands/secrets.ts")).secretsGenerate(context(), options),
    );
  secrets
    .command("key")
    .description("a new key under that id, for secrets.keys or a line of secrets.keysFile")
    .argument("<id>", "what tells keys apart, for example the date", keyId)
    .action(async (id: string) =>
      (await import("../commands/secrets.ts")).secretsKey(context(), id),
    );
  secrets
    .command("rotate")
    .description("encrypt all secrets in the topic with the active key that are not yet")
    .action(async () => (await import("../commands/secrets.ts")).secretsRotate(context()));
}
