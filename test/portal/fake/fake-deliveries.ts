import { randomUUID } from "node:crypto";
import type { Handlers } from "../../../src/admin/contract/handlers.ts";
import type { Replay } from "../../../src/admin/contract/deliveries.ts";
import { asking, notFound, pageOf } from "./fake-error.ts";
import { noteChange, triggerIds } from "./fake-state.ts";
import type { FakeState, StoredDelivery } from "./fake-state.ts";
import { triggersOf } from "./fake-triggers.ts";

type DeliveryHandlers = Pick<
  Handlers,
  | "listDeliveries"
  | "readDelivery"
  | "redeliver"
  | "listEndpoints"
  | "listDeadLetters"
  | "startReplay"
  | "listReplays"
  | "readReplay"
  | "stopReplay"
>;

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

function replaying(
  state: FakeState,
): Pick<DeliveryHandlers, "startReplay" | "listReplays" | "readReplay" | "stopReplay"> {
  return {
    startReplay: async ({ params: { tenantId }, body }, context) => {
      const replay: Replay = {
        replayId: body.replayId ?? randomUUID(),
        kind: body.kind,
        triggerId: body.triggerId ?? null,
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
        );
      return { body: pageOf(found, query) };
    },
    readDelivery: async ({ params: { tenantId, jobId }, query }) => {
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
      const { delivery, attempts } = deliveryOf(state, tenantId, jobId);
      state.deliveries.set(jobId, {
        delivery: { ...delivery, state: "delivered", status: 200 },
        attempts,
      });
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
    listDeadLetters: async () => {
      const dead = [...state.deliveries.values()].filter(
        ({ delivery }) => delivery.state === "dead",
      );
      const items = dead.map(({ delivery }, offset) => ({
        at: delivery.lastAt,
        jobId: delivery.jobId,
        triggerId: triggerIds.sales,
        tenantId: null,
        cdrId: delivery.cdrId,
        reason: "status",
        attempts: delivery.attempts,
        status: 503,
        error: "The endpoint answered 503",
        partition: 0,
        offset,
      }));
      return { body: { items, count: items.length, complete: true } };
    },
    ...replaying(state),
  };
}
