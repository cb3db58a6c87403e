/** The types that a failure of kafkajs and all its causes carry: what a broker answered, by Kafka's name for it. */
function* typesOf(error: unknown): Generator<string> {
  for (let each = error; each instanceof Error; each = each.cause)
    if ("type" in each) yield String(each.type);
}

const fencing = new Set([
  "INVALID_PRODUCER_EPOCH",
  "PRODUCER_FENCED",
  "INVALID_PRODUCER_ID_MAPPING",
]);
/** By kafkajs's names, which are of the requests for groups that had them first. */
const coordinatorMoving = new Set([
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
  "GROUP_LOAD_IN_PROGRESS",
]);
const leaderMoving = new Set(["NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE"]);
const tooLarge = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/** The broker refused a producer whose transactional id was taken over. */
export function isFenced(error: unknown): boolean {
  return typesOf(error).some((type) => fencing.has(type));
}

/** The broker takes no batch of that size in that topic, however often it is tried. */
export function isTooLarge(error: unknown): boolean {
  return typesOf(error).some((type) => tooLarge.has(type));
}

/** The coordinator is another broker by now, or has not taken over yet. */
export function isCoordinatorMoving(error: unknown): boolean {
  return typesOf(error).some((type) => coordinatorMoving.has(type));
}

/** The partition's leader is another broker by now, or has not taken over yet, as right after a topic's creation. */
export function isLeaderMoving(error: unknown): boolean {
  return typesOf(error).some((type) => leaderMoving.has(type));
}

/** There is no such topic. */
export function isOfNoTopic(error: unknown): boolean {
  return typesOf(error).some((type) => type === "UNKNOWN_TOPIC_OR_PARTITION");
}

/** The markers of the transaction before are not all written yet. */
export function isBeingSettled(error: unknown): boolean {
  return typesOf(error).some((type) => type === "CONCURRENT_TRANSACTIONS");
}
