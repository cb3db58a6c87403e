import type { AdminEvent } from "../admin/api/admin-events.ts";
import type { AccessEvent } from "../access/access-events.ts";
import type { AuditEvent } from "../audit/audit-events.ts";
import type { DeliveryEvent } from "../delivery/delivery-events.ts";
import type { EndpointEvent } from "../endpoints/endpoint-events.ts";
import type { HistoryEvent } from "../history/history-events.ts";
import type { KafkaEvent } from "../kafka/kafka-events.ts";
import type { MatchEvent } from "../matching/match-events.ts";
import type { OtlpEvent } from "../otlp/otlp-events.ts";
import type { RegistryEvent } from "../registry/registry-events.ts";
import type { ServiceEvent } from "../runtime/service-events.ts";
import type { StoreEvent } from "../triggers/store-events.ts";

/** Every event of every stage. Who adds an event is led by the compiler to its log line and its metrics. */
export type AnyEvent =
  | AccessEvent
  | MatchEvent
  | DeliveryEvent
  | EndpointEvent
  | AuditEvent
  | HistoryEvent
  | KafkaEvent
  | StoreEvent
  | RegistryEvent
  | OtlpEvent
  | ServiceEvent
  | AdminEvent;

export type EventOf<Type extends AnyEvent["type"]> = Extract<AnyEvent, { readonly type: Type }>;
