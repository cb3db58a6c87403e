import { createConnections } from "../app/connections.ts";
import type { Config } from "../config.ts";
import { loadConfig } from "../config.ts";
import { OnhookError } from "../errors.ts";
import { jobIdOf } from "../jobs/job-id.ts";
import { systemClock } from "../runtime/clock.ts";
import { createDemoLedger } from "../sandbox/demo-ledger.ts";
import { createDemoProgress } from "../sandbox/demo-progress.ts";
import { createDemoView } from "../sandbox/demo-view.ts";
import type { DemoView } from "../sandbox/demo-view.ts";
import type { ViewOutput } from "../sandbox/panel-screen.ts";
import { plainFires } from "../audit/plain-evaluator.ts";
import { createReceivers } from "../sandbox/receivers.ts";
import type { Receivers } from "../sandbox/receivers.ts";
import { receiverOfTrigger, sampleTriggers } from "../sandbox/sample-triggers.ts";
import { sampleTenants } from "../sandbox/sample-tenants.ts";
import { createYourReceiver } from "../sandbox/your-receiver.ts";
import { startStack } from "../sandbox/stack.ts";
import type { Stack } from "../sandbox/stack.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { ladderOf } from "../wanted-topics.ts";
import { applyAll } from "./apply-topics.ts";
import type { CommandContext } from "./context.ts";
import { surroundingsOf } from "./context.ts";
import { publishSamples } from "./demo-config.ts";
import { choosePortal, tellPortal } from "./demo-portal.ts";
import type { DemoPortal } from "./demo-portal.ts";
import { runDemo } from "./demo-run.ts";
import type { DemoOptions } from "./demo-run.ts";
import { startDemoService } from "./demo-service.ts";
import { cacheDir, existingStack } from "./sandbox.ts";

/**
 * `onhook demo`: the service on a sandbox, with a stream of calls and receivers good and bad. Rejects with DEMO_FAILED
 * unless each webhook that had to arrive did, once, and each that had to end dead did.
 */
export async function demo(
  context: CommandContext,
  options: DemoOptions,
  out: ViewOutput,
): Promise<void> {
  const view = createDemoView({ out, now: () => systemClock.now(), env: context.env });
  const named = context.env["ONHOOK_KAFKA_BROKERS"] !== undefined;
  await using stack = await startStack({
    cacheDir,
    env: context.env,
    onProgress: (line) => view.line(line),
    signal: context.stop,
    ...existingStack(context, named),
  });
  const now = (): number => systemClock.now();
  const receivers = createReceivers({ now });
  const yours = createYourReceiver({ now, tell: (line) => view.line(line) });
  const triggers = sampleTriggers(await receivers.start());
  try {
    const portal = await choosePortal(context.env);
    const visitor = { portal, yours: await yours.start() };
    await play(onStack(context, stack, portal), options, view, receivers, triggers, stack, visitor);
  } finally {
    view.close();
    await receivers.stop();
    await yours.stop();
  }
}

type DemoContext = CommandContext & { readonly env: Record<string, string> };

/** The demo's settings: those in force, on the sandbox, and with loopback allowed since the receivers are there. */
function onStack(context: CommandContext, stack: Stack, portal: DemoPortal): DemoContext {
  const { configFile } = context;
  const env = {
    ...context.env,
    ...(configFile !== undefined && { ONHOOK_CONFIG: configFile }),
    ONHOOK_KAFKA_BROKERS: stack.brokers.join(","),
    ONHOOK_REGISTRY_URL: stack.registryUrl,
    ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "true",
    ONHOOK_DELIVERY_ALLOWED_RANGES: "127.0.0.0/8",
    ONHOOK_DELIVERY_PROXY_URL: "",
    ONHOOK_DELIVERY_PROXY_USERNAME: "",
    ONHOOK_DELIVERY_PROXY_PASSWORD: "",
    // Whoever watches need not wait ten seconds for the receiver that never answers.
    ONHOOK_DELIVERY_TIMEOUT_MS: context.env["ONHOOK_DELIVERY_TIMEOUT_MS"] ?? "3000",
    ONHOOK_HTTP_HOST: "127.0.0.1",
    ONHOOK_HTTP_PORT: String(portal.port),
    ONHOOK_ADMIN_PUBLIC_URL: "",
    ONHOOK_ADMIN_SESSION_KEY: portal.sessionKey,
  } as Record<string, string>;
  const config: Config = loadConfig({ env });
  return { ...context, env, config };
}

async function play(
  context: DemoContext,
  options: DemoOptions,
  view: DemoView,
  receivers: Receivers,
  triggers: readonly Trigger[],
  stack: Stack,
  visitor: { readonly portal: DemoPortal; readonly yours: string },
): Promise<void> {
  const around = surroundingsOf(context);
  const connections = createConnections(around);
  await applyAll(context.config, connections.topicAdmin, connections.registry);
  await publishSamples(context, triggers);
  const ledger = createDemoLedger({
    tenants: sampleTenants,
    triggers,
    receiverOf: receiverOfTrigger,
    fires: plainFires,
    jobIdOf,
    arrivals: receivers.record,
  });
  const rungs = ladderOf(context.config).rungs.map(({ delayMs }) => `${delayMs / 1000}s`);
  const now = (): number => around.clock.now();
  const progress = createDemoProgress({
    now,
    triggers,
    tenants: sampleTenants,
    receiverOf: receiverOfTrigger,
    rungs,
  });
  await using service = startDemoService(context, {
    env: context.env,
    logFile,
    replaced: (how, former, pid) =>
      view.line(`The service (pid ${former}) ended: ${how}. It runs again, as pid ${pid}.`),
  });
  view.line(`The service runs as pid ${service.pid}; its log: ${logFile}`);
  const over = new AbortController();
  const told = tellPortal(
    visitor.portal,
    visitor.yours,
    {
      line: (text) => view.line(text),
      portalAt: (address) => progress.portalAt(address),
    },
    over.signal,
  );
  const verdict = await runDemo(
    { around, connections, options, ledger, progress, view, stop: context.stop },
    [service.failed, diedOf(stack), failureOf(told)],
  ).finally(() => over.abort());
  await told;
  view.end(verdict);
  if (verdict.problems.length > 0)
    throw new OnhookError("DEMO_FAILED", { problems: verdict.problems.length });
}

const logFile = new URL("../../.cache/demo/onhook.log", import.meta.url).pathname;

/** Never resolves. */
async function failureOf(work: Promise<void>): Promise<never> {
  await work;
  return await new Promise<never>(() => {});
}

async function diedOf(stack: Stack): Promise<never> {
  throw await stack.died;
}
