/** One webhook to deliver, after schemas/delivery-job.avsc. */
export interface DeliveryJob {
  readonly jobId: string;
  readonly triggerId: string;
  readonly tenantId: string;
  readonly cdrId: string;
  /** The call's value as read, in the wire format. */
  readonly call: Buffer;
  readonly cdrTopic: string;
  readonly cdrPartition: number;
  readonly cdrOffset: number;
  /** Milliseconds since the epoch. */
  readonly cdrTimestamp: number;
  /** The offset in the triggers topic that the match had seen; -1 when it was empty. */
  readonly triggersOffset: number;
}
