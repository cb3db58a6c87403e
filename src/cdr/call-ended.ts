/** The call detail record, decoded with its writer's schema. A field that the call does not have is null. */
export type Cdr = Readonly<Record<string, unknown>> & { readonly id: string };

/** A call has ended: its record, and whom it is about. */
export interface CallEnded {
  readonly tenantId: string;
  /** The entity the event is about, a user's id; null means the tenant. */
  readonly id: string | null;
  readonly cdr: Cdr;
}
