import { z } from "zod";
import { retryTopic, topicRoles } from "../topology.ts";
import type { TopicRole } from "../topology.ts";
import { group, text, wholeNumber } from "./setting.ts";

type Logged = {
  [R in TopicRole]: (typeof topicRoles)[R]["cleanup"] extends "delete" ? R : never;
}[TopicRole];

const partitions = (standard: number) =>
  wholeNumber(standard, {
    doc: "Partitions that the topic is created with: the most processes that can share its work.",
    unit: "partitions",
    min: 1,
    max: 10_000,
  });

const retentionDays = (standard: number) =>
  wholeNumber(standard, {
    doc: "How long the topic is created to keep records.",
    unit: "days",
    min: 1,
    max: 3650,
  });

function topicName(standard: string) {
  return text(standard, {
    doc: "Name of the topic.",
    // The limit is Kafka's 249 characters; "." and ".." are the two names that it refuses besides.
    schema: z.string().regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/),
    allowed: "1 to 249 letters, digits, dots, underscores and hyphens",
  });
}

function describe(role: TopicRole): string {
  const { record, writers, readers } = topicRoles[role];
  const what = record === "bytes as read" ? record : `records ${record}`;
  return `Topic of ${what}; written by ${writers}, read by ${readers}.`;
}

function logged(role: Logged) {
  const topic = topicRoles[role];
  return group(describe(role), {
    name: topicName(topic.name),
    partitions: partitions(topic.partitions),
    retentionDays: retentionDays(topic.retentionDays),
  });
}

/** A compacted table has one partition, so that its offsets order all changes, and keeps the last record of each key. */
const table = (role: Exclude<TopicRole, Logged>) =>
  group(`${describe(role)} Compacted, one partition.`, { name: topicName(topicRoles[role].name) });

export const topicSettings = group(
  "The topics. Partitions and retention count when `topics apply` creates a topic; one that exists is compared, not changed.",
  {
    cdr: logged("cdr"),
    triggers: table("triggers"),
    tenants: table("tenants"),
    endpoints: table("endpoints"),
    tokens: table("tokens"),
    jobs: logged("jobs"),
    dead: logged("dead"),
    attempts: logged("attempts"),
    changes: logged("changes"),
    invalid: logged("invalid"),
    retry: group("Topics of the retry ladder, one for each different wait of delivery.ladderMs.", {
      prefix: text("onhook.retry.", {
        doc: "Begin of their names; the wait follows, as in onhook.retry.2s.",
        schema: z.string().regex(/^[a-zA-Z0-9._-]{1,230}$/),
        allowed: "1 to 230 letters, digits, dots, underscores and hyphens",
      }),
      partitions: partitions(retryTopic.partitions),
      retentionDays: retentionDays(retryTopic.retentionDays),
    }),
  },
);
