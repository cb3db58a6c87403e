/** One HTTP request, ready to send: built purely, so that it can be signed, tested and shown. */
export interface WebhookRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Absolute; for a GET it carries the payload. */
  readonly url: string;
  /** Names in lower case. The sender adds host, connection and content-length. */
  readonly headers: Readonly<Record<string, string>>;
  /** null: the request has no body. */
  readonly body: Buffer | null;
}

/** Why a request got no whole answer. `aborted` is our own doing: the stop of the service. */
export type SendFailureReason =
  | "timeout"
  | "connection"
  | "tls"
  | "dns"
  | "blocked-address"
  | "aborted";

/** An answer as it was read, where the sender keeps that. */
export interface ShownAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Whether that is all of the body. */
  readonly isWhole: boolean;
}

/** What came of a request. Whatever the other side does is a result, never an exception. */
export type HttpResult =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** The header `Retry-After` as received. */
      readonly retryAfter: string | null;
      /** From the begin of the request to the end of its answer, in ms. */
      readonly durationMs: number;
      readonly shown?: ShownAnswer;
    }
  | {
      readonly kind: "failure";
      readonly reason: SendFailureReason;
      /** For people; holds nothing of the URL, the address or the payload. */
      readonly message: string;
      readonly durationMs: number;
    };

/** Port: sends one request, once, following no redirect. */
export interface HttpSender {
  /**
   * Rejects only for a request that no sender can send (a programming error): all that the other side, the network or
   * the name service does is a result. When `signal` is aborted the request is given up, with the reason `aborted`.
   */
  send(request: WebhookRequest, options: { readonly signal?: AbortSignal }): Promise<HttpResult>;
}
