import type { Principal } from "../../access/principal.ts";
import type { AuditedWriter } from "../../configuration/audited-writer.ts";
import { OnhookError } from "../../errors.ts";
import type { RequestContext } from "../contract/handlers.ts";

const scope = "values:reveal";

/** Who asks. Throws UNAUTHENTICATED where the server has let somebody through whom nobody knows. */
export function principalOf({ principal }: Pick<RequestContext, "principal">): Principal {
  if (principal === null) throw new OnhookError("UNAUTHENTICATED");
  return principal;
}

/** Whether somebody may see what a tenant's calls carry: its own people alone, whatever a token says. */
export function mayReveal(
  principal: Pick<Principal, "scopes" | "tenantId">,
  tenantId: string,
): boolean {
  return principal.scopes.has(scope) && principal.tenantId === tenantId;
}

/** What is asked to be shown in clear. */
export interface Revealed {
  readonly tenantId: string;
  /** A call's id, a job's, a field's path; null: calls of the list. */
  readonly subject: string | null;
  readonly triggerId?: string;
}

/**
 * Whether texts of calls are shown in clear. Where they are, that is written to the log of changes first, once for the
 * request. Rejects with FORBIDDEN where it is asked for and not allowed.
 */
export async function reveals(
  isAsked: boolean,
  { tenantId, subject, triggerId }: Revealed,
  writer: AuditedWriter,
  context: Pick<RequestContext, "principal">,
): Promise<boolean> {
  if (!isAsked) return false;
  const by = principalOf(context);
  if (!mayReveal(by, tenantId)) throw new OnhookError("FORBIDDEN", { scope });
  await writer.write([], {
    by,
    action: "values.revealed",
    tenantId,
    ...(triggerId !== undefined && { triggerId }),
    ...(subject !== null && { subject }),
  });
  return true;
}
