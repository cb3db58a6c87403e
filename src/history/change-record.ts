/** What was done. */
export const changeActions = [
  "trigger.created",
  "trigger.replaced",
  "trigger.deleted",
  "trigger.enabled",
  "trigger.disabled",
  "trigger.secret-rotated",
  "trigger.old-secrets-dropped",
  "trigger.test-sent",
  "tenant.written",
  "tenant.deleted",
  "delivery.redelivered",
  "replay.started",
  "replay.stopped",
  "token.created",
  "token.revoked",
  "sign-in-link.created",
  "values.revealed",
] as const;
export type ChangeAction = (typeof changeActions)[number];

/** Who did what and when, after schemas/change-record.avsc. Holds no secret and nothing of a call but its id. */
export interface ChangeRecord {
  readonly changeId: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** `token:<id>`, `oidc:<subject>`, `link:<id>`; `command` for what the command line did, `service` for what Onhook did by itself. */
  readonly actorId: string;
  /** Of the service: the role of the process. */
  readonly actorName: string;
  readonly actorRole: string;
  readonly action: ChangeAction;
  /** Whose thing it was; null: the platform's. */
  readonly tenantId: string | null;
  readonly triggerId: string | null;
  /** What else it was about: a token's, a replay's, a job's, a call's id; or why: `gone`, `restored`, `licence`. */
  readonly subject: string | null;
  /** Which properties changed, by their paths: `action.url`. Values are not told. */
  readonly properties: readonly string[];
}
