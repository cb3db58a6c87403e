import type { Obstacle } from "../triggers/explain-call.ts";

/** An obstacle in words, for people. */
export function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case "disabled":
      return `the trigger is disabled${obstacle.reason === null ? "" : `: ${obstacle.reason}`}`;
    case "over-licence":
      return "the tenant's licence does not cover the trigger";
    case "suspended":
      return "the tenant is suspended";
    case "other-tenant":
      return "the call is another tenant's";
    case "created-later":
      return `the trigger was created later, at ${new Date(obstacle.createdAt).toISOString()}`;
    case "newer-version-refused": {
      const problems = obstacle.problems.map(({ path, message }) => `${path} ${message}`);
      return `a newer version, at offset ${obstacle.offset}, was refused, and the one before it is in force: ${problems.join("; ")}`;
    }
  }
  return obstacle satisfies never;
}
