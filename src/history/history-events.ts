/** Why the history's file was made anew. */
export type RebuildReason = "absent" | "other-version" | "foreign" | "damaged";

/** What is asked of the history. */
export type HistoryQuery = "deliveries" | "delivery" | "tallies" | "changes" | "kept-call";

/** What became of remembering. */
export type HistoryEvent =
  /** The file is open. `rebuild`: it was made anew, and is filled from the topics; null: it goes on where it was. */
  | {
      readonly type: "history.opened";
      readonly rebuild: RebuildReason | null;
      readonly deliveries: number;
    }
  /** A file that can't be used was kept under another name, in the place of one that was kept before. */
  | {
      readonly type: "history.moved-aside";
      readonly reason: RebuildReason;
      readonly to: string;
    }
  /** A topic can't be read now; it is tried again. */
  | {
      readonly type: "history.reading-failed";
      readonly topic: string;
      /** Null: of the topic as a whole. */
      readonly partition: number | null;
      readonly error: unknown;
    }
  /** What was read can't be written now; it is tried again. */
  | { readonly type: "history.write-failed"; readonly error: unknown }
  /** Records that were deleted before they were read. */
  | {
      readonly type: "history.records-lost";
      readonly topic: string;
      readonly partition: number;
      readonly from: number;
      readonly to: number;
      readonly count: number;
    }
  /** The partition ends before what was read of it; all that is in it is read. */
  | {
      readonly type: "history.rewound";
      readonly topic: string;
      readonly partition: number;
      readonly from: number;
      readonly to: number;
    }
  /** Records of a batch that can't be read, the error being the first one's; they are passed over. */
  | {
      readonly type: "history.undecodable";
      readonly topic: string;
      readonly partition: number;
      readonly count: number;
      readonly error: unknown;
    }
  /** What was too old or too much is forgotten. */
  | {
      readonly type: "history.forgotten";
      readonly deliveries: number;
      readonly reason: "age" | "size";
    }
  | { readonly type: "history.queried"; readonly query: HistoryQuery; readonly seconds: number }
  | { readonly type: "history.query-failed"; readonly query: HistoryQuery; readonly error: unknown }
  /** How things stand; told when somebody asks for metrics. */
  | {
      readonly type: "history.surveyed";
      readonly attempts: number;
      readonly deliveries: number;
      readonly bytes: number;
      readonly topics: readonly TopicStanding[];
      readonly recentCalls: number;
      readonly recentBytes: number;
    };

/** How far a topic is read. */
export interface TopicStanding {
  readonly topic: string;
  /** Records that are committed in the topic and not read yet. */
  readonly lag: number;
  /** For how long the partition that has waited longest was not read to its end or got on with, in s. */
  readonly stalledSeconds: number;
}
