import { useOneBroker } from "../../support/one-broker.ts";
import { brokerOutage } from "../broker-outage.ts";
import { faultTest } from "../scenario.ts";

const stack = useOneBroker();
faultTest("broker-restart", { stack, story: brokerOutage(stack, "SIGTERM") });
