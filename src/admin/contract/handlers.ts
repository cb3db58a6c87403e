import type { Principal } from "../../access/principal.ts";
import type { AskedBy } from "./authentication.ts";
import type { Answer, Input } from "./operation.ts";
import type { OperationId, Operations } from "./operations.ts";

/** What is known of a request besides what it says. */
export interface RequestContext {
  /** Null where nobody is signed in, which only operations for `anybody` see. */
  readonly principal: Principal | null;
  /** From where it was asked, and by which page. */
  readonly asked: AskedBy;
  /** The ETag of If-Match without quotes, `*` as it is; null: the request has none. */
  readonly ifMatch: string | null;
  /** Whether the request has `If-None-Match: *`: only what is not there yet may be written. */
  readonly onlyNew: boolean;
  /** Aborted when the client has gone or the service stops. */
  readonly signal: AbortSignal;
}

/** What a handler gives back. */
export interface Reply<T> {
  readonly body: T;
  /** Without quotes. */
  readonly etag?: string;
  /** Below /api/v1, of what was created. */
  readonly location?: string;
  /** Values of `set-cookie`. */
  readonly cookies?: readonly string[];
}

/** Answers one operation. Throws or rejects with an OnhookError, which the table of errors gives a status. */
export type Handler<K extends OperationId> = (
  input: Input<Operations[K]>,
  context: RequestContext,
) => Promise<Reply<Answer<Operations[K]>>>;

/** All of them: what is missing does not compile. */
export type Handlers = { readonly [K in OperationId]: Handler<K> };
