import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import type { SignInLinkOptions } from "../commands/sign-in-link.ts";
import type { TokenCreateOptions } from "../commands/tokens.ts";
import { number } from "./arguments.ts";

const days = number(1, 3650);

/** A number of days; without an end for `never`, since commander makes an empty text of null. */
function expiry(given: string): number {
  return given === "never" ? Infinity : days(given);
}

/** Which scopes there are, and the role has, is seen to where they are given. */
function list(given: string): string[] {
  const named = given
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  // None at all would mean all of them.
  if (named.length === 0) throw new InvalidArgumentError("It names no scope.");
  return named;
}

function address(given: string): string {
  if (!/^https?:$/.test(URL.parse(given)?.protocol ?? ""))
    throw new InvalidArgumentError("It begins with http:// or https://.");
  return given;
}

/** Who may use the API and the portal: `token`, `sign-in-link`. */
export function accessCommands(program: Command, context: () => CommandContext): void {
  const token = program.command("token").description("the tokens of the API: who may do what");
  token
    .command("create")
    .description("make a token and print it, once; docs/access.md says what each role may")
    .requiredOption("--name <text>", "what it is for")
    .addOption(
      new Option("--role <role>", "whose rights it has")
        .choices(["tenant-admin", "support", "operator"])
        .makeOptionMandatory(),
    )
    .option("--tenant <id>", "the tenant that it is bound to; a tenant-admin's has to be")
    .addOption(
      new Option(
        "--scopes <list>",
        "only these of the role's, with commas between; without it all",
      ).argParser(list),
    )
    .addOption(
      new Option("--expires-days <n>", "for how many days it counts, or `never`")
        .argParser(expiry)
        .default(365),
    )
    .action(async (options: TokenCreateOptions) =>
      (await import("../commands/tokens.ts")).tokenCreate(context(), options),
    );
  token
    .command("list")
    .description("all tokens, without their secrets, a line each")
    .option("--tenant <id>", "only this tenant's")
    .option("--json", "a JSON object a line")
    .action(async (options: { tenant?: string; json?: boolean }) =>
      (await import("../commands/tokens.ts")).tokenList(context(), options),
    );
  token
    .command("revoke <tokenId>")
    .description("revoke a token, and end the sessions that it began")
    .action(async (tokenId: string) =>
      (await import("../commands/tokens.ts")).tokenRevoke(context(), tokenId),
    );
  signInLinkCommand(program, context);
}

function signInLinkCommand(program: Command, context: () => CommandContext): void {
  program
    .command("sign-in-link")
    .description(
      "have the running service make a link that signs an administrator of a tenant in, once; ONHOOK_TOKEN has a token that may ask for it",
    )
    .requiredOption("--tenant <id>", "the tenant")
    .option("--name <text>", "whom it is for, as the log of changes tells it", "command line")
    .addOption(
      new Option("--locale <locale>", "the portal's language")
        .choices(["en-GB", "fr-FR"])
        .default("en-GB"),
    )
    .addOption(
      new Option("--valid-seconds <n>", "for how long it counts")
        .argParser(number(10, 86_400))
        .default(300),
    )
    .addOption(
      new Option(
        "--url <address>",
        "where the service is reached; without it, on this machine",
      ).argParser(address),
    )
    .action(async (options: SignInLinkOptions) =>
      (await import("../commands/sign-in-link.ts")).signInLink(context(), options),
    );
}
