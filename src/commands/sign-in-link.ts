import { z } from "zod";
import { OnhookError } from "../errors.ts";
import type { CommandContext } from "./context.ts";
import { ownAddress } from "./health.ts";

export interface SignInLinkOptions {
  readonly tenant: string;
  readonly name: string;
  readonly locale: string;
  readonly validSeconds: number;
  /** Where the service is reached; left out: on this machine, as the settings say. */
  readonly url?: string;
}

const patienceMs = 10_000;
const madeSchema = z.object({ url: z.string(), expiresAt: z.string() });
const problemSchema = z.object({ code: z.string(), detail: z.string() });

export type SignInLink = z.output<typeof madeSchema>;

function problemOf(status: number, body: unknown): string {
  const told = problemSchema.safeParse(body).data;
  return told === undefined ? `it answered ${status}` : `${told.code}: ${told.detail}`;
}

/** Has the service at `address` make a link, by a token that may. Rejects with API_UNUSABLE. */
export async function makeSignInLink(
  address: string,
  token: string,
  { tenant, name, locale, validSeconds }: Omit<SignInLinkOptions, "url">,
): Promise<SignInLink> {
  const asked = new URL("/api/v1/sign-in-links", address);
  const unusable = (problem: string, cause?: unknown): OnhookError =>
    new OnhookError("API_UNUSABLE", { url: asked.origin, problem }, { cause });
  let answer: Response;
  let body: unknown;
  try {
    answer = await fetch(asked, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ tenantId: tenant, name, locale, validSeconds }),
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs),
    });
    body = await answer.json();
  } catch (cause) {
    const because = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw unusable(because instanceof Error ? because.message : String(because), cause);
  }
  const made = madeSchema.safeParse(body).data;
  if (answer.status !== 201 || made === undefined) throw unusable(problemOf(answer.status, body));
  return made;
}

/**
 * `onhook sign-in-link`: prints a link that signs an administrator of the tenant in, once. The service makes it, since
 * what it is sealed with may be known to no other process; ONHOOK_TOKEN has a token that may ask for it.
 */
export async function signInLink(
  { config, env, out, err }: Pick<CommandContext, "config" | "env" | "out" | "err">,
  options: SignInLinkOptions,
): Promise<void> {
  const token = env["ONHOOK_TOKEN"];
  if (token === undefined || token === "") throw new OnhookError("TOKEN_MISSING");
  const address = options.url ?? ownAddress(config, "/").href;
  const { url, expiresAt } = await makeSignInLink(address, token, options);
  out(url);
  err(`onhook: it counts once, until ${expiresAt}`);
}
