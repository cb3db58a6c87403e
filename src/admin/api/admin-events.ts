import type { OperationId } from "../contract/operations.ts";

/** What the API tells of its work. Never a value of a request. */
export type AdminEvent =
  | {
      readonly type: "admin.answered";
      /** Null: nothing that the API has. */
      readonly operation: OperationId | "openApi" | null;
      readonly method: string;
      readonly status: number;
      /** Of the table of errors; null: there was none. */
      readonly code: string | null;
      readonly durationMs: number;
      /** Who asked: `token:<id>`, `oidc:sha256-<the first 16 digits of the hash of the subject>`; null: nobody that is known. */
      readonly principal: string | null;
      /** Null: none, or one that who asked may not know of. */
      readonly tenantId: string | null;
    }
  /** A fault of Onhook, or something that it stands on and that waiting does not mend. */
  | {
      readonly type: "admin.failed";
      readonly operation: OperationId | "openApi" | null;
      readonly error: unknown;
    };
