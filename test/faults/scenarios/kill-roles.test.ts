import { useStack } from "../../support/stack.ts";
import { killing } from "../killing.ts";
import { faultTest } from "../scenario.ts";

faultTest("kill-match", {
  stack: useStack,
  story: killing("match", ["match", "match", "deliver"]),
});
faultTest("kill-deliver", {
  stack: useStack,
  story: killing("deliver", ["match", "deliver", "deliver"]),
});
