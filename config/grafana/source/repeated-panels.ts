import { graph } from "./panels.ts";
import type { Unplaced } from "./panels.ts";
import { increase, objective, of, ofAll, quantiles } from "./queries.ts";

/** Panels that stand in more than one dashboard, each where somebody looks for it. */

export function firstRequests(width: number): Unplaced {
  return graph({
    title: "From the call to the first request",
    unit: "s",
    queries: quantiles("onhook_first_request_seconds", [0.5, 0.99, 0.999]),
    width,
    steps: [
      [null, "green"],
      [objective.withinSeconds, "red"],
    ],
    line: true,
    log: true,
  });
}

export function groupLag(width: number, about = ""): Unplaced {
  return graph({
    title: "Not finished yet, by group",
    about,
    unit: "short",
    queries: [
      {
        expr: `max by (topic, group) (${ofAll("onhook_group_lag")})`,
        legend: "{{topic}} · {{group}}",
      },
    ],
    width,
  });
}

export function oldestRetries(width: number): Unplaced {
  return graph({
    title: "Oldest retry overdue",
    unit: "s",
    queries: [
      {
        expr: `max by (tier) (${of("onhook_retry_oldest_overdue_seconds")})`,
        legend: "{{tier}}",
      },
    ],
    width,
    steps: [
      [null, "green"],
      [5, "red"],
    ],
    line: true,
    atLeast: 1,
  });
}

export function unwellEndpoints(width: number): Unplaced {
  return graph({
    title: "Endpoints that are not well",
    about:
      "The most that one process knows of: those that are suspended or recover are known to all.",
    unit: "short",
    queries: [{ expr: `max by (state) (${of("onhook_endpoints")})`, legend: "{{state}}" }],
    width,
  });
}

export function givenUp(width: number): Unplaced {
  return graph({
    title: "Given up, by reason",
    unit: "short",
    queries: [
      { expr: `sum by (reason) (${increase("onhook_dead_total")}) > 0`, legend: "{{reason}}" },
    ],
    width,
    bars: true,
    stacked: true,
  });
}

export function sockets(width: number): Unplaced {
  return graph({
    title: "Sockets to receivers",
    unit: "short",
    queries: [{ expr: `sum by (state) (${of("onhook_sockets")})`, legend: "{{state}}" }],
    width,
    stacked: true,
  });
}

export function pausedPartitions(width: number): Unplaced {
  return graph({
    title: "Partitions paused",
    unit: "short",
    queries: [{ expr: `sum by (group) (${of("onhook_paused_partitions")})`, legend: "{{group}}" }],
    width,
  });
}
