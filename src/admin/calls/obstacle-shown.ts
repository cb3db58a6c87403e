import { obstacleText } from "../../explaining/obstacle-text.ts";
import { toldTime } from "../../explaining/told-time.ts";
import { blocks } from "../../triggers/explain-call.ts";
import type { Obstacle } from "../../triggers/explain-call.ts";
import type { TriggerStory } from "../contract/calls.ts";

/** An obstacle as the API tells of it: in English, and what that is made of, for other languages. */
export function shownObstacle(obstacle: Obstacle): TriggerStory["obstacles"][number] {
  const { kind } = obstacle;
  return {
    kind,
    blocks: blocks(obstacle),
    text: obstacleText(obstacle),
    disabledReason: kind === "disabled" ? obstacle.reason : null,
    createdAt: kind === "created-later" ? toldTime(obstacle.createdAt) : null,
    problems: kind === "newer-version-refused" ? [...obstacle.problems] : [],
  };
}
