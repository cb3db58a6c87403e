import type { CallEnded } from "../cdr/call-ended.ts";
import { payloadCdr } from "../cdr/payload-value.ts";

/** What a webhook says, with its fields in the order of the specification. */
export interface Payload {
  readonly triggerId: string;
  /** The entity the event is about: a user's id, else the tenant's. */
  readonly id: string;
  readonly tenantId: string;
  readonly cdr: Readonly<Record<string, unknown>>;
  /** Absent when the trigger has none. */
  readonly customData?: Readonly<Record<string, string>>;
}

export interface PayloadParts {
  readonly triggerId: string;
  readonly call: CallEnded;
  readonly customData: Readonly<Record<string, string>>;
}

/** Makes the payload of one trigger for one call. Source of its fields and of what is left out: specification, 2 and 3. */
export function buildPayload({ triggerId, call, customData }: PayloadParts): Payload {
  return {
    triggerId,
    id: call.id ?? call.tenantId,
    tenantId: call.tenantId,
    cdr: payloadCdr(call.cdr),
    ...(Object.keys(customData).length > 0 && { customData }),
  };
}

/** `JSON.rawJSON` is in the language, but not yet in the library that TypeScript is told of. */
const json = JSON as typeof JSON & { rawJSON(text: string): unknown };

function exactInteger(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? json.rawJSON(value.toString()) : value;
}

/** The payload as JSON. A 64-bit integer is written out in full, whatever a receiver's parser makes of it. */
export function payloadJson(payload: Payload): string {
  try {
    // Half as long again with a function to call for each value; and hardly a call has an integer of that size.
    return JSON.stringify(payload);
  } catch {
    return JSON.stringify(payload, exactInteger);
  }
}
