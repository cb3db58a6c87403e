/** What one call comes before or after another by: when it came, and where it stands where both came at once. */
export interface CallPlace {
  /** When it came, ms since the epoch. */
  readonly timestamp: number;
  readonly partition: number;
  readonly offset: number;
}

/** A call as it stands in the topic. */
export interface RecentCall extends CallPlace {
  readonly tenantId: string;
  readonly cdrId: string;
  /** Avro in the Confluent wire format. */
  readonly value: Buffer;
}

/** Port: the last calls of each tenant, as far as memory allows. */
export interface RecentCalls {
  /** The newest first; `before` skips those from that place on, whether there is still a call or not. */
  newest(tenantId: string, limit: number, before?: CallPlace): readonly RecentCall[];
  /** The newest of that id. */
  find(tenantId: string, cdrId: string): RecentCall | undefined;
}
