import { createDrafts } from "../admin/calls/drafts.ts";
import { callHandlers } from "../admin/calls/handlers.ts";
import type { CallHandlers } from "../admin/calls/handlers.ts";
import { TenantLimit } from "../admin/calls/tenant-limit.ts";
import type { AuditedWriter } from "../configuration/audited-writer.ts";
import type { TriggerChecker } from "../configuration/trigger-checker.ts";
import type { EndpointStates } from "../endpoints/endpoint-table.ts";
import { CallFinder } from "../explaining/call-finder.ts";
import type { History } from "../history/history.ts";
import type { RecentCalls } from "../history/recent-calls.ts";
import type { HttpSender } from "../delivery/http-request.ts";
import { ReplayRuns } from "../replay/replay-runs.ts";
import { aborted } from "../runtime/aborted.ts";
import { steadyClock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { certificatesOf } from "./pem-files.ts";
import { callReplayOptions, createReplayDeps, deadReplayOptions } from "./replays.ts";
import { createSender } from "./sender.ts";
import type { StoreParts } from "./store.ts";

/** How much of an answer's body is shown of a test request, in bytes. */
const shownBytes = 16_384;

/** How long the calls' topic is searched for one call, in ms: somebody waits for it. */
const searchMs = 5000;

/** Replays that run in one process at a time, and those of one tenant among them. */
const replayLimits = { most: 4, mostPerTenant: 2 };

/** What the handlers of calls stand on. */
export interface CallsGround {
  readonly codecs: Codecs;
  readonly parts: Pick<StoreParts, "store">;
  readonly history: History;
  readonly recentCalls: RecentCalls;
  readonly writer: AuditedWriter;
  readonly endpoints: EndpointStates;
  readonly checker: Pick<TriggerChecker, "check">;
}

/** The deliverer's way out, with its guard, for requests that are made one by one and whose answers are looked at. */
function testSender(around: Surroundings): { sender: HttpSender; service: Service } {
  const caBundle = certificatesOf("delivery.caFile", around.config.delivery.caFile);
  const use = { maxResponseBytes: shownBytes, connectionsPerOrigin: 0, keepsAnswers: true };
  const sender = createSender(around, caBundle, use);
  const service: Service = {
    name: "test requests",
    async run(stop) {
      await aborted(stop);
      await sender[Symbol.asyncDispose]();
    },
  };
  return { sender, service };
}

/** Makes the operations on calls, deliveries and replays, and what has to be stopped in order. Throws PEM_UNUSABLE for delivery.caFile. */
export function createCallHandlers(
  around: Surroundings,
  connections: Connections,
  { codecs, parts, history, recentCalls, writer, endpoints, checker }: CallsGround,
): { readonly handlers: CallHandlers; readonly services: readonly Service[] } {
  const { config, clock, emit, userAgent } = around;
  const { store } = parts;
  const replays = createReplayDeps(around, connections);
  const calls = callReplayOptions(around, connections, codecs);
  const dead = deadReplayOptions(around, codecs);
  const { schemas } = calls;
  const source = { log: replays.log, topic: config.topics.cdr.name, schemas };
  const onFault = (error: unknown): void =>
    emit({ type: "admin.failed", operation: "startReplay", error });
  const runs = new ReplayRuns({ ...replays, ...replayLimits, onFault });
  const { sender, service } = testSender(around);
  const handlers = callHandlers({
    triggers: store,
    endpoints,
    drafts: createDrafts(store, checker),
    history,
    recentCalls,
    finder: new CallFinder({ recentCalls, history, source, searchMs, clock }),
    schemas,
    writer,
    clock,
    userAgent,
    sender,
    testSends: new TenantLimit(config.admin.testSendsPerMinute, steadyClock),
    dead: {
      log: replays.log,
      topic: config.topics.dead.name,
      decode: (value) => dead.decode(value),
    },
    replays,
    replayParts: { runs, dead, calls },
  });
  return { handlers, services: [runs, service] };
}
