import type { TenantEditor } from "../../configuration/tenant-editor.ts";
import type { TriggerChecker } from "../../configuration/trigger-checker.ts";
import type { TriggerEditor } from "../../configuration/trigger-editor.ts";
import type { EndpointStates } from "../../endpoints/endpoint-table.ts";
import { OnhookError } from "../../errors.ts";
import type { History } from "../../history/history.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { TriggerStore } from "../../triggers/trigger-store.ts";
import type { Principal } from "../../access/principal.ts";
import type { RequestContext } from "../contract/handlers.ts";

/** What the operations on triggers, licences and changes work with. */
export interface ConfigurationParts {
  readonly store: Pick<
    TriggerStore,
    "trigger" | "refused" | "triggersOf" | "countsOf" | "licence" | "tenantIds"
  >;
  readonly triggers: TriggerEditor;
  readonly tenants: TenantEditor;
  readonly checker: TriggerChecker;
  readonly history: Pick<History, "tallies" | "changes">;
  readonly endpoints: Pick<EndpointStates, "of">;
  readonly clock: Clock;
}

/** Who asks; operations of these parts are for nobody else than who is signed in. */
export function asking({ principal }: RequestContext): Principal {
  if (principal === null) throw new OnhookError("UNAUTHENTICATED");
  return principal;
}
