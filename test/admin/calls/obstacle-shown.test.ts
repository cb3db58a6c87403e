import { expect, test } from "vitest";
import { shownObstacle } from "../../../src/admin/calls/obstacle-shown.ts";

const problems = [{ path: "action.url", message: "is missing" }];
const createdAt = Date.UTC(2026, 0, 31);

test.each([
  [
    { kind: "disabled", reason: "gone" },
    { disabledReason: "gone", blocks: true },
  ],
  [
    { kind: "created-later", createdAt },
    { createdAt: "2026-01-31T00:00:00.000Z", blocks: true },
  ],
  [
    { kind: "newer-version-refused", offset: 7, problems },
    { problems, blocks: false },
  ],
  [{ kind: "suspended" }, { blocks: true }],
] as const)("an obstacle is told of with what it is made of: %j", (obstacle, told) => {
  const nothing = { disabledReason: null, createdAt: null, problems: [] };
  const { text, ...rest } = shownObstacle(obstacle);
  expect(rest).toEqual({ ...nothing, kind: obstacle.kind, ...told });
  expect(text).not.toBe("");
});
