/** What consumers, producers, transactions and the readers of compacted topics say while they work. */
export type KafkaEvent = ConsumerEvent | ProducerEvent | TableEvent;

export type ConsumerEvent =
  | {
      /** The group gave this member its partitions. */
      readonly type: "consumer.joined";
      readonly group: string;
      readonly assignment: Readonly<Record<string, readonly number[]>>;
    }
  | { readonly type: "consumer.rebalancing"; readonly group: string }
  | {
      readonly type: "consumer.crashed";
      readonly group: string;
      readonly error: unknown;
      readonly restarts: boolean;
    }
  | {
      /** A fetch was answered, empty or not. `at` in ms since the epoch. */
      readonly type: "consumer.fetched";
      readonly group: string;
      readonly at: number;
    }
  | {
      /** Records between the committed offset and the end of a partition. */
      readonly type: "consumer.lag";
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly lag: number;
    };

export type ProducerEvent =
  | {
      readonly type: "transaction.aborted";
      readonly topic: string;
      readonly partition: number;
      /** Whether another worker has taken the partition over. */
      readonly fenced: boolean;
      readonly error: unknown;
    }
  | {
      /** A write failed and is tried again; nothing is lost, what waits for it waits. */
      readonly type: "producer.retrying";
      readonly topic: string;
      readonly attempt: number;
      readonly error: unknown;
    }
  /** A producer that had failed could not be closed in order either; its connection is given up. */
  | { readonly type: "producer.abandoned"; readonly error: unknown };

export type TableEvent =
  | {
      /** How far the reader of a compacted topic is: `position` is the next offset it reads, `end` the topic's end. */
      readonly type: "store.position";
      readonly table: string;
      readonly position: number;
      readonly end: number;
    }
  | { readonly type: "store.reading-failed"; readonly table: string; readonly error: unknown };
