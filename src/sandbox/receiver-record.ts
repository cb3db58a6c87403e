/** A request that reached a sample receiver. */
export interface SeenRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Without the query, which may hold the payload. */
  readonly path: string;
  /** Empty where the header is missing. */
  readonly webhookId: string;
  /** As the header `onhook-attempt` says; null where it is missing. */
  readonly attempt: number | null;
  readonly method: string;
  readonly contentType: string | null;
  /** The status that it is answered with; null where it never is. */
  readonly status: number | null;
}

export interface WebhookCounts {
  readonly requests: number;
  /** How many of them were answered 2xx. */
  readonly successes: number;
}

/** What has reached the receivers, counted for each `webhook-id`. */
export interface ReceiverRecord {
  of(webhookId: string): WebhookCounts;
  /** Every id that is remembered. */
  ids(): Iterable<string>;
  /** Drops an id that is settled, so that an endless demo stays small. */
  forget(webhookId: string): void;
  /** The latest requests, oldest first. */
  readonly recent: readonly SeenRequest[];
}

const none: WebhookCounts = { requests: 0, successes: 0 };

export interface WritableReceiverRecord extends ReceiverRecord {
  add(request: SeenRequest): void;
}

/** `keep`: how many of the latest requests are kept whole. */
export function createReceiverRecord(keep: number): WritableReceiverRecord {
  const counts = new Map<string, WebhookCounts>();
  let recent: SeenRequest[] = [];

  return {
    of: (webhookId) => counts.get(webhookId) ?? none,
    ids: () => counts.keys(),
    forget(webhookId) {
      counts.delete(webhookId);
    },
    get recent() {
      return recent.slice(-keep);
    },
    add(request) {
      const { requests, successes } = counts.get(request.webhookId) ?? none;
      const success = request.status !== null && request.status >= 200 && request.status < 300;
      counts.set(request.webhookId, {
        requests: requests + 1,
        successes: successes + (success ? 1 : 0),
      });
      recent.push(request);
      // Cut seldom and by half: shifting one off at each request would move the whole array each time.
      if (recent.length > 2 * keep) recent = recent.slice(-keep);
    },
  };
}
