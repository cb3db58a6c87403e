/**
 * Every topic of the picture, as data. The names are defaults; `topics.*` settings rename them.
 * README.md and docs/topics.md are checked against this table by a test.
 */
export type Cleanup = "delete" | "compact";

export interface TopicSpec {
  readonly name: string;
  readonly key: string;
  readonly record: RecordName | "bytes as read";
  readonly cleanup: Cleanup;
  readonly partitions: number;
  /** How long records are kept, in days; compacted topics keep the last of each key for ever. */
  readonly retentionDays?: number;
  readonly writers: string;
  readonly readers: string;
}

/** The records, each described by `schemas/<file>.avsc`. */
export const recordFiles = {
  CallEnded: "call-ended.avsc",
  Trigger: "trigger.avsc",
  Tenant: "tenant.avsc",
  DeliveryJob: "delivery-job.avsc",
  DeliveryAttempt: "delivery-attempt.avsc",
  EndpointHealth: "endpoint-health.avsc",
  ApiToken: "api-token.avsc",
  ChangeRecord: "change-record.avsc",
} as const;

export type RecordName = keyof typeof recordFiles;

export const topicRoles = {
  cdr: {
    name: "onhook.cdr",
    key: "tenantId (any key works)",
    record: "CallEnded",
    cleanup: "delete",
    partitions: 6,
    retentionDays: 7,
    writers: "the platform",
    readers: "match, replay",
  },
  triggers: {
    name: "onhook.triggers",
    key: "triggerId",
    record: "Trigger",
    cleanup: "compact",
    partitions: 1,
    writers: "admin, deliver, the platform",
    readers: "match, deliver, admin",
  },
  tenants: {
    name: "onhook.tenants",
    key: "tenantId",
    record: "Tenant",
    cleanup: "compact",
    partitions: 1,
    writers: "the platform, admin",
    readers: "match, deliver, admin",
  },
  endpoints: {
    name: "onhook.endpoints",
    key: "endpointId",
    record: "EndpointHealth",
    cleanup: "compact",
    partitions: 1,
    writers: "deliver",
    readers: "deliver, admin",
  },
  tokens: {
    name: "onhook.tokens",
    key: "tokenId",
    record: "ApiToken",
    cleanup: "compact",
    partitions: 1,
    writers: "admin",
    readers: "admin",
  },
  jobs: {
    name: "onhook.jobs",
    key: "triggerId",
    record: "DeliveryJob",
    cleanup: "delete",
    partitions: 6,
    retentionDays: 7,
    writers: "match, replay",
    readers: "deliver",
  },
  dead: {
    name: "onhook.dead",
    key: "triggerId",
    record: "DeliveryJob",
    cleanup: "delete",
    partitions: 6,
    retentionDays: 90,
    writers: "deliver",
    readers: "people, replay",
  },
  attempts: {
    name: "onhook.attempts",
    key: "tenantId",
    record: "DeliveryAttempt",
    cleanup: "delete",
    partitions: 6,
    retentionDays: 30,
    writers: "deliver",
    readers: "admin, audit",
  },
  changes: {
    name: "onhook.changes",
    key: "tenantId, or nothing",
    record: "ChangeRecord",
    cleanup: "delete",
    partitions: 1,
    retentionDays: 400,
    writers: "admin, deliver",
    readers: "admin, people",
  },
  invalid: {
    name: "onhook.cdr.invalid",
    key: "as read",
    record: "bytes as read",
    cleanup: "delete",
    partitions: 1,
    retentionDays: 30,
    writers: "match",
    readers: "people",
  },
} as const satisfies Record<string, TopicSpec>;

export type TopicRole = keyof typeof topicRoles;

/** The topics that each rung of the retry ladder shares; their names end in the rung's delay, as in `onhook.retry.2s`. */
export const retryTopic = {
  key: "triggerId",
  record: "DeliveryJob",
  cleanup: "delete",
  partitions: 3,
  retentionDays: 7,
  writers: "deliver",
  readers: "deliver",
} as const satisfies Omit<TopicSpec, "name">;
