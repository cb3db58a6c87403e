/** How a batch of records begins, in bytes from its begin. Source: Kafka protocol guide, Record Batch. */
export const batchLayout = {
  lengthAt: 8,
  /** The length counts from here. */
  lengthEnd: 12,
  magicAt: 16,
  checksumAt: 17,
  /** The checksum covers what is from here on. */
  checkedFrom: 21,
  recordsAt: 61,
} as const;

/** The only form of batches that brokers from 0.11 on write by themselves. */
export const currentMagic = 2;

/** Bits of a batch's attributes. */
export const batchAttributes = { appendTime: 0x8, transactional: 0x10, control: 0x20 } as const;
