import { randomUUID } from "node:crypto";
import type { CallHandlers } from "../../../src/admin/calls/handlers.ts";
import type { Attempt, Replay } from "../../../src/admin/contract/deliveries.ts";
import { asking, notFound, pageOf } from "./fake-error.ts";
import type { ExplainingHandlers } from "./fake-explaining.ts";
import { noteChange, tenantOne } from "./fake-state.ts";
import type { FakeState, StoredDelivery } from "./fake-state.ts";
import { triggersOf } from "./fake-triggers.ts";

/** What calls have come to: all that is not about the calls themselves. */
type DeliveryHandlers = Omit<CallHandlers, keyof ExplainingHandlers>;

function deliveriesOf(state: FakeState, tenantId: string): StoredDelivery[] {
  const own = new Set(triggersOf(state, tenantId).map(({ trigger }) => trigger.triggerId));
  return [...state.deliveries.values()].filter(({ delivery }) => own.has(delivery.triggerId));
}

function deliveryOf(state: FakeState, tenantId: string, jobId: string): StoredDelivery {
  const found = deliveriesOf(state, tenantId).find(({ delivery }) => delivery.jobId === jobId);
  if (found === undefined) throw notFound();
  return found;
}

function replayOf(state: FakeState, replayId: string): Replay {
  const replay = state.replays.get(replayId);
  if (replay === undefined) throw notFound();
  return replay;
}

function runningReplay(replayId: string, kind: Replay["kind"], triggerId: string | null): Replay {
  return {
    replayId,
    kind,
    triggerId,
    state: "running",
    startedAt: new Date().toISOString(),
    endedAt: null,
    read: 40,
    end: 100,
    matched: 12,
    written: 12,
    skipped: 0,
    error: null,
  };
}

/** What the deliverer would do: one more attempt, which is told of from now on. */
export function addAttempt(
  state: FakeState,
  jobId: string,
  made: Pick<Attempt, "outcome" | "status" | "reason">,
): void {
  const stored = state.deliveries.get(jobId);
  if (stored === undefined) throw notFound();
  const at = new Date().toISOString();
  const attempt: Attempt = {
    attempt: 1,
    at,
    durationMs: 120,
    error: null,
    method: "POST",
    host: "crm.example.com",
    nextAttemptAt: null,
    ...made,
  };
  const attempts = [...stored.attempts, attempt];
  const { outcome, status, reason } = made;
  state.deliveries.set(jobId, {
    delivery: {
      ...stored.delivery,
      state: outcome === "failed" ? "retrying" : outcome,
      attempts: attempts.length,
      lastAt: at,
      status,
      reason,
    },
    attempts,
  });
}

function replaying(
  state: FakeState,
): Pick<DeliveryHandlers, "startReplay" | "listReplays" | "readReplay" | "stopReplay"> {
  return {
    startReplay: async ({ params: { tenantId }, body }, context) => {
      const id = body.replayId ?? randomUUID();
      const replay = runningReplay(id, body.kind, body.triggerId ?? null);
      state.replays.set(replay.replayId, replay);
      noteChange(state, asking(context), {
        action: "replay.started",
        tenantId,
        subject: replay.replayId,
      });
      return { body: replay };
    },
    listReplays: async () => ({ body: { items: [...state.replays.values()] } }),
    readReplay: async ({ params }) => ({ body: replayOf(state, params.replayId) }),
    stopReplay: async ({ params: { replayId } }) => {
      const stopped = { ...replayOf(state, replayId), state: "stopped" as const };
      state.replays.set(replayId, stopped);
      return { body: stopped };
    },
  };
}

/** Deliveries in memory. */
export function deliveryHandlers(state: FakeState): DeliveryHandlers {
  return {
    listDeliveries: async ({ params: { tenantId }, query }) => {
      const found = deliveriesOf(state, tenantId)
        .map(({ delivery }) => delivery)
        .filter(
          (delivery) =>
            (query.triggerId === undefined || delivery.triggerId === query.triggerId) &&
            (query.cdrId === undefined || delivery.cdrId === query.cdrId) &&
            (query.state === undefined || delivery.state === query.state) &&
            (query.from === undefined || delivery.lastAt >= query.from) &&
            (query.to === undefined || delivery.lastAt < query.to),
        )
        .sort((a, b) => b.lastAt.localeCompare(a.lastAt));
      return { body: pageOf(found, query) };
    },
    readDelivery: async ({ params: { tenantId, jobId }, query }, context) => {
      if (query.reveal)
        noteChange(state, asking(context), { action: "values.revealed", tenantId, subject: jobId });
      const { delivery, attempts } = deliveryOf(state, tenantId, jobId);
      const call = state.calls.find(({ cdr }) => cdr.id === delivery.cdrId);
      const cdr = query.reveal ? call?.cdr : { ...call?.cdr, cliNum: "•••", ddiNum: "•••" };
      const body = JSON.stringify({ triggerId: delivery.triggerId, cdr });
      const payload = {
        contentType: "application/json",
        url: "https://crm.example.com/hooks/calls",
        body,
      };
      return { body: { ...delivery, attemptList: [...attempts], payload } };
    },
    redeliver: async ({ params: { tenantId, jobId } }, context) => {
      const { delivery } = deliveryOf(state, tenantId, jobId);
      const replay = runningReplay(`redeliver-${jobId}`, "dead", delivery.triggerId);
      state.replays.set(replay.replayId, replay);
      noteChange(state, asking(context), {
        action: "delivery.redelivered",
        tenantId,
        triggerId: delivery.triggerId,
        subject: jobId,
      });
      return { body: { replayId: `redeliver-${jobId}`, jobId } };
    },
    listEndpoints: async ({ params: { tenantId } }) => {
      const ill = triggersOf(state, tenantId).filter(({ trigger }) => trigger.endpoint !== "ok");
      const since = new Date(state.now - 3_600_000).toISOString();
      const items = ill.map(({ trigger }) => ({
        endpointId: `e-${trigger.triggerId}`,
        triggerId: trigger.triggerId,
        host: new URL(trigger.action.url).host,
        state: trigger.endpoint,
        since,
        failingSince: since,
        failures: 25,
        reason: "timeout",
        status: null,
      }));
      return { body: { items } };
    },
    listDeadLetters: async ({ query }) => {
      const dead = [...state.deliveries.values()].filter(
        ({ delivery }) => delivery.state === "dead",
      );
      const all = dead.map(({ delivery }, offset) => ({
        at: delivery.lastAt,
        jobId: delivery.jobId,
        triggerId: delivery.triggerId,
        tenantId: tenantOne,
        cdrId: delivery.cdrId,
        reason: "status",
        attempts: delivery.attempts,
        status: 503,
        error: "the receiver answered 503",
        partition: 0,
        offset,
      }));
      const fitting = all.filter(
        ({ tenantId, triggerId, reason }) =>
          (query.tenantId ?? tenantId) === tenantId &&
          (query.triggerId ?? triggerId) === triggerId &&
          (query.reason ?? reason) === reason,
      );
      const items = fitting.slice(0, query.limit);
      return { body: { items, count: fitting.length, complete: true } };
    },
    ...replaying(state),
  };
}
