/** What consumers, producers, transactions and the readers of compacted topics say while they work. */
export type KafkaEvent = ConsumerEvent | GroupEvent | ProducerEvent | TableEvent;

export type GroupEvent =
  | {
      /** How groups stand, their members in other processes included. */
      readonly type: "groups.read";
      /** Ms since the epoch. */
      readonly at: number;
      /** Whether all that was to be found out was. */
      readonly isWhole: boolean;
      /** `records` between what the group has committed and the end, in all partitions together. */
      readonly lags: readonly {
        readonly topic: string;
        readonly group: string;
        readonly records: number;
      }[];
      readonly members: readonly { readonly group: string; readonly count: number }[];
    }
  | {
      /** That could not be found out; it is tried again. */
      readonly type: "groups.reading-failed";
      /** Whose lag in which topic, or whose members where the topic is null; both null: no broker was reached. */
      readonly group: string | null;
      readonly topic: string | null;
      readonly error: unknown;
    };

export type ConsumerEvent =
  | {
      /** Partitions that this member has and does not fetch for the time being; told as it changes, or when somebody asks. */
      readonly type: "consumer.paused";
      readonly group: string;
      readonly partitions: number;
    }
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
      /** A fetch from a broker was answered, empty or not. `at` in ms since the epoch. */
      readonly type: "consumer.fetched";
      readonly group: string;
      readonly at: number;
      /** The broker. */
      readonly node: number;
      /** All brokers that it fetches from. */
      readonly nodes: readonly number[];
    }
  | {
      /** Records between the committed offset and the end of a partition. */
      readonly type: "consumer.lag";
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly lag: number;
    }
  | {
      /** Records were deleted before the group had read them; it goes on at the first that is kept. */
      readonly type: "consumer.records-lost";
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      /** The offset that was next, and the one that is now. */
      readonly from: number;
      readonly to: number;
      /** Offsets between them; at most as many records. */
      readonly count: number;
    }
  | {
      /**
       * The partition ends before the offset that was next: its topic was made again, or its brokers lost what they had
       * acknowledged. All that is in it is read again, from `to` on.
       */
      readonly type: "consumer.rewound";
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly from: number;
      readonly to: number;
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
  | {
      /** Records of a table were deleted before they were read: the table may lack what they said. */
      readonly type: "store.records-lost";
      readonly table: string;
      readonly from: number;
      readonly to: number;
      readonly count: number;
    }
  | { readonly type: "store.reading-failed"; readonly table: string; readonly error: unknown };
