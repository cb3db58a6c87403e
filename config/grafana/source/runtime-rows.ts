import type { Row } from "./dashboard.ts";
import { graph, table } from "./panels.ts";
import { node, of } from "./queries.ts";
import { sockets } from "./repeated-panels.ts";

export const processesOfAll: Row = {
  title: "Processes",
  panels: [
    table({
      title: "Processes",
      about:
        "Which versions run, whether each is ready, and since when. Two versions side by side are normal only while one takes the other's place.",
      unit: "short",
      queries: [
        {
          expr: `max by (instance, version) (${of("onhook_build_info")})`,
          instant: true,
          column: "there",
        },
        { expr: `max by (instance) (${of("onhook_ready")})`, instant: true, column: "ready" },
        {
          expr: `time() - max by (instance) (${node("process_start_time_seconds")})`,
          instant: true,
          column: "up for",
        },
      ],
      units: { "up for": "s" },
      width: 16,
    }),
    table({
      title: "Certificates",
      unit: "s",
      queries: [
        {
          expr: `min by (certificate) (${of("onhook_certificate_expiry_timestamp_seconds")}) - time()`,
          instant: true,
          column: "valid for",
        },
      ],
      width: 8,
      steps: [
        [null, "red"],
        [259_200, "orange"],
        [1_814_400, "green"],
      ],
      none: "none in the settings",
    }),
  ],
};

const byInstance = { legend: "{{instance}}" } as const;

export const runtime: Row = {
  title: "Node",
  panels: [
    graph({
      title: "Processor time",
      about:
        "Cores in use. The main thread has one; beyond that are the collector, the compiler and compression.",
      unit: "short",
      queries: [
        {
          expr: `sum by (instance) (rate(${node("process_cpu_seconds_total")}[$__rate_interval]))`,
          ...byInstance,
        },
      ],
      width: 8,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
      line: true,
    }),
    graph({
      title: "Delay of the event loop, 99 of 100",
      about:
        "How late timers are. Above 0.1 s for long a process has more to do than one core can: add processes of its role.",
      unit: "s",
      queries: [
        {
          expr: `max by (instance) (${node("nodejs_eventloop_lag_p99_seconds")})`,
          ...byInstance,
        },
      ],
      width: 8,
      steps: [
        [null, "green"],
        [0.1, "red"],
      ],
      line: true,
    }),
    graph({
      title: "Time in the collector",
      about:
        "Of one second. Above a tenth for long: give the heap more room, by --max-old-space-size and --max-semi-space-size in NODE_OPTIONS.",
      unit: "percentunit",
      queries: [
        {
          expr: `sum by (kind) (rate(${node("nodejs_gc_duration_seconds_sum")}[$__rate_interval]))`,
          legend: "{{kind}}",
        },
      ],
      width: 8,
      stacked: true,
    }),
    graph({
      title: "Memory of processes",
      about:
        "What the machine gives. docs/operations.md says how much a process should take at most; one that goes on growing beyond that leaks.",
      unit: "bytes",
      queries: [
        {
          expr: `max by (instance) (${node("process_resident_memory_bytes")})`,
          ...byInstance,
        },
      ],
      width: 8,
    }),
    graph({
      title: "Heap in use, of that allotted",
      about:
        "The collector keeps the two apart. Where they meet for long at the limit of NODE_OPTIONS, the process is about to end for want of memory.",
      unit: "bytes",
      queries: [
        {
          expr: `max by (instance) (${node("nodejs_heap_size_used_bytes")})`,
          legend: "{{instance}} in use",
        },
        {
          expr: `max by (instance) (${node("nodejs_heap_size_total_bytes")})`,
          legend: "{{instance}} allotted",
        },
      ],
      width: 8,
    }),
    graph({
      title: "Memory outside of the heap",
      about: "Triggers are kept there, and what is fetched from Kafka.",
      unit: "bytes",
      queries: [
        { expr: `max by (instance) (${node("nodejs_external_memory_bytes")})`, ...byInstance },
      ],
      width: 8,
    }),
    sockets(12),
    graph({
      title: "Open files and sockets, of those allowed",
      about: "Near 1 no connection can be made any more: raise the limit of open files.",
      unit: "percentunit",
      queries: [
        {
          expr: `max by (instance) (${node("process_open_fds")} / ${node("process_max_fds")})`,
          ...byInstance,
        },
      ],
      width: 12,
      steps: [
        [null, "green"],
        [0.8, "red"],
      ],
      line: true,
    }),
  ],
};
