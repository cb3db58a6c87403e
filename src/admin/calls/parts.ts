import type { FieldCatalog } from "../../cdr/field-catalog.ts";
import type { CallSchemas } from "../../cdr/call-schemas.ts";
import type { AuditedWriter } from "../../configuration/audited-writer.ts";
import type { EndpointStates } from "../../endpoints/endpoint-table.ts";
import type { CallFinder } from "../../explaining/call-finder.ts";
import type { History } from "../../history/history.ts";
import type { RecentCalls } from "../../history/recent-calls.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { TenantTriggers } from "../../triggers/tenant-triggers.ts";
import type { RefusedTrigger } from "../../triggers/refused-events.ts";
import type { TriggerState } from "../../triggers/trigger-table.ts";
import type { Trigger } from "../../triggers/trigger.ts";

/** Port: the triggers as they stand now, and what their conditions can name. */
export interface TriggersNow {
  readonly catalog: FieldCatalog;
  /** The offset of the newest event of the triggers' topic that is known; -1: there is none. */
  readonly triggersOffset: number;
  trigger(triggerId: string): TriggerState | undefined;
  /** All of a tenant's, whatever their status. */
  triggersOf(tenantId: string): readonly TriggerState[];
  /** Those that are active, in the form by which match asks them. */
  tenant(tenantId: string): TenantTriggers | undefined;
  refused(triggerId: string): RefusedTrigger | undefined;
}

/** An unsaved trigger as it is sent. */
export interface Draft {
  readonly triggerId?: string | undefined;
  readonly trigger: unknown;
}

/** Port: makes unsaved triggers whole. */
export interface Drafts {
  /**
   * The trigger, with what it masks filled in from the saved one; one that has no id gets `newTriggerId`. Rejects with
   * TRIGGER_INVALID, naming each property that is wrong, or NOT_FOUND where the saved one is none of the tenant's.
   */
  trigger(tenantId: string, draft: Draft): Promise<Trigger>;
}

/** The id by which a trigger that was never saved is shown. */
export const newTriggerId = "00000000-0000-4000-8000-000000000000";

/** What all handlers of calls work with. */
export interface CallParts {
  readonly triggers: TriggersNow;
  readonly endpoints: EndpointStates;
  readonly drafts: Drafts;
  readonly history: History;
  readonly recentCalls: RecentCalls;
  readonly finder: CallFinder;
  readonly schemas: CallSchemas;
  readonly writer: AuditedWriter;
  readonly clock: Clock;
  /** `onhook/<version>` */
  readonly userAgent: string;
}
