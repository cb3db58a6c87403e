import { OnhookError } from "../../errors.ts";
import { timeOf } from "../../explaining/dead-letters.ts";
import { newestDead } from "../../explaining/newest-dead.ts";
import type { DeadSource } from "../../explaining/newest-dead.ts";
import { toldTime } from "../../explaining/told-time.ts";
import { Turns } from "../../runtime/turns.ts";
import type { Handler } from "../contract/handlers.ts";

/** Looks through the dead topic at a time; so many more may wait. */
const atOnce = 2;
const mostWaiting = 20;

/** The newest records of the dead topic, for those who run the platform. */
export function listDeadLetters(source: DeadSource): Handler<"listDeadLetters"> {
  const turns = new Turns(atOnce, mostWaiting);
  const refuse = (): Error => new OnhookError("DEAD_LISTS_EXCEEDED", { retryAfterSeconds: 5 });
  return async ({ query: { tenantId: tenant, triggerId: trigger, reason, limit } }, { signal }) => {
    const filter = { tenant, trigger, reason };
    const found = await turns.take(() => newestDead(source, filter, limit, signal), refuse);
    const { letters, count, isComplete: complete } = found;
    // A damaged record may claim any time.
    const items = letters.map((letter) =>
      Object.assign({}, letter, { at: letter.at === null ? null : toldTime(timeOf(letter)) }),
    );
    return { body: { items, count, complete } };
  };
}
