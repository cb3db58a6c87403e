import { request } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Config } from "../config.ts";
import { OnhookError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

/** Shorter than what a container's health check is granted, so that the reason is told. */
const patienceMs = 4000;

const answerSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

type Health = z.infer<typeof answerSchema>;

/** Where a service that listens on `host` answers on its own machine. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** Where the service of these settings answers on this machine. Throws HEALTH_PORT_ANY where they don't say which port it is. */
export function ownAddress({ http: { host, port } }: Config, path: string): URL {
  if (port === 0) throw new OnhookError("HEALTH_PORT_ANY");
  const name = reachable(host);
  return new URL(`http://${name.includes(":") ? `[${name}]` : name}:${port}${path}`);
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(url: URL): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const signal = AbortSignal.timeout(patienceMs);
  // An agent of its own: the common one may be told to go by a proxy.
  const asked = request(url, { agent: false, signal }, (response) => {
    text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
  });
  asked.once("error", reject);
  asked.end();
  try {
    return await promise;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const problem = signal.aborted ? `no answer within ${patienceMs / 1000} s` : why;
    throw new OnhookError("HEALTH_UNANSWERED", { url: url.href, problem }, { cause });
  }
}

/** Undefined where something else listens on that port. */
function healthOf({ body }: Answer): Health | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data;
  } catch {
    // No JSON: an answer, but not of Onhook.
    return undefined;
  }
}

/**
 * `onhook health`: asks the service of these settings, on this machine, whether it is alive, or with `ready` whether it
 * is ready for work. Rejects with HEALTH_PORT_ANY, HEALTH_UNANSWERED, or HEALTH_FAILED, which names what is wrong.
 */
export async function health(
  { config, out }: Pick<CommandContext, "config" | "out">,
  { ready = false }: { readonly ready?: boolean },
): Promise<void> {
  const url = ownAddress(config, ready ? "/readyz" : "/healthz");
  const answer = await ask(url);
  const found = healthOf(answer);
  if (answer.status !== 200 || found?.ok !== true) {
    const wrong = found?.checks.filter(({ ok }) => !ok) ?? [
      { name: "service", detail: "this is not what Onhook answers; something else listens there" },
    ];
    const problems = wrong.map(({ name, detail }) => `- ${name}: ${detail}`).join("\n");
    throw new OnhookError("HEALTH_FAILED", { url: url.href, status: answer.status, problems });
  }
  out(`${ready ? "ready" : "alive"}: ${url.href}`);
  for (const { name, detail } of found.checks) out(`- ${name}: ${detail}`);
}
