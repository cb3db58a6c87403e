import type { DeadSource } from "../../explaining/newest-dead.ts";
import type { Handlers } from "../contract/handlers.ts";
import { listCalls, readCall } from "./call-handlers.ts";
import { listDeadLetters } from "./dead-handlers.ts";
import { listDeliveries, listEndpoints, readDelivery } from "./delivery-handlers.ts";
import { dryRun } from "./dry-run.ts";
import { listFields, listFieldValues } from "./field-handlers.ts";
import { redeliver } from "./redeliver.ts";
import type { RedeliverParts } from "./redeliver.ts";
import { listReplays, readReplay, startReplay, stopReplay } from "./replay-handlers.ts";
import type { ReplayParts } from "./replay-handlers.ts";
import { previewRequest, testSend } from "./test-handlers.ts";
import type { TestSendParts } from "./test-handlers.ts";

/** The operations about calls and what has become of them. */
export type CallHandlers = Pick<
  Handlers,
  | "listFields"
  | "listFieldValues"
  | "listCalls"
  | "readCall"
  | "dryRun"
  | "previewRequest"
  | "testSend"
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

export interface CallHandlerParts extends TestSendParts, Omit<RedeliverParts, "options"> {
  readonly dead: DeadSource;
  readonly replayParts: Omit<ReplayParts, "triggers" | "writer">;
}

/** Makes them. */
export function callHandlers(parts: CallHandlerParts): CallHandlers {
  const { triggers, writer, replayParts } = parts;
  const replays: ReplayParts = { triggers, writer, ...replayParts };
  return {
    listFields: listFields(parts),
    listFieldValues: listFieldValues(parts),
    listCalls: listCalls(parts),
    readCall: readCall(parts),
    dryRun: dryRun(parts),
    previewRequest: previewRequest(parts),
    testSend: testSend(parts),
    listDeliveries: listDeliveries(parts),
    readDelivery: readDelivery(parts),
    redeliver: redeliver({ ...parts, options: replayParts.calls }),
    listEndpoints: listEndpoints(parts),
    listDeadLetters: listDeadLetters(parts.dead),
    startReplay: startReplay(replays),
    listReplays: listReplays(replays),
    readReplay: readReplay(replays),
    stopReplay: stopReplay(replays),
  };
}
