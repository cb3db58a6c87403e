/** A call as it stands in the topic. */
export interface RecentCall {
  readonly tenantId: string;
  readonly cdrId: string;
  /** Avro in the Confluent wire format. */
  readonly value: Buffer;
  readonly partition: number;
  readonly offset: number;
  /** When it came, ms since the epoch. */
  readonly timestamp: number;
}

/** Port: the last calls of each tenant, as far as memory allows. */
export interface RecentCalls {
  /** The newest first; `before` skips those from that call on. */
  newest(tenantId: string, limit: number): readonly RecentCall[];
  find(tenantId: string, cdrId: string): RecentCall | undefined;
}
