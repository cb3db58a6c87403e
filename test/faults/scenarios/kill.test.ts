import { useStack } from "../../support/stack.ts";
import { killing } from "../killing.ts";
import { faultTest } from "../scenario.ts";

const both = "match,deliver";

faultTest("kill-combined", { stack: useStack, story: killing(both, [both, both]) });
