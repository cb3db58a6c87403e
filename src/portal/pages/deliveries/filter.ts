import type { Delivery } from "../../../admin/contract/deliveries.ts";

/** How the time of the last attempt is chosen. */
export const ranges = ["any", "hour", "day", "week", "custom"] as const;
export type Range = (typeof ranges)[number];

export const states = [
  "delivered",
  "retrying",
  "dead",
  "cancelled",
] as const satisfies readonly Delivery["state"][];

/** Which deliveries are shown. It stands in the page's address, so that it can be sent to others; empty: any. */
export interface DeliveryFilter {
  readonly triggerId: string;
  readonly state: string;
  readonly range: Range;
  /** Of a custom range: what `<input type="datetime-local">` gives, in the browser's zone. */
  readonly from: string;
  readonly to: string;
  readonly cdrId: string;
}

const oneOf = <T extends string>(known: readonly T[], text: string | null): T | undefined =>
  known.find((each) => each === text);

/** Reads what an address says; what is not known there counts for nothing. */
export function filterOf(query: URLSearchParams): DeliveryFilter {
  return {
    triggerId: query.get("trigger") ?? "",
    state: oneOf(states, query.get("state")) ?? "",
    range: oneOf(ranges, query.get("range")) ?? "any",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    cdrId: query.get("call") ?? "",
  };
}

/** The same for an address. */
export function queryOf(filter: DeliveryFilter): Readonly<Record<string, string>> {
  const custom = filter.range === "custom";
  return {
    trigger: filter.triggerId,
    state: filter.state,
    range: filter.range === "any" ? "" : filter.range,
    from: custom ? filter.from : "",
    to: custom ? filter.to : "",
    call: filter.cdrId,
  };
}

const lengths: Readonly<Record<string, number>> = { hour: 3600, day: 86_400, week: 7 * 86_400 };

/** The instant of a local time; undefined where there is none. */
export function instantOf(local: string): string | undefined {
  const at = local === "" ? Number.NaN : Date.parse(local);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export interface AskedDeliveries {
  readonly triggerId?: string;
  readonly cdrId?: string;
  readonly state?: Delivery["state"];
  readonly from?: string;
  readonly to?: string;
}

/** What the API is asked for; `now` in ms since the epoch. */
export function askedOf(filter: DeliveryFilter, now: number): AskedDeliveries {
  const { triggerId, cdrId, range } = filter;
  const state = oneOf(states, filter.state);
  const seconds = lengths[range];
  const from =
    range === "custom"
      ? instantOf(filter.from)
      : seconds === undefined
        ? undefined
        : new Date(now - seconds * 1000).toISOString();
  const to = range === "custom" ? instantOf(filter.to) : undefined;
  return {
    ...(triggerId === "" ? {} : { triggerId }),
    ...(cdrId === "" ? {} : { cdrId }),
    ...(state === undefined ? {} : { state }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
