import { stringify } from "yaml";
import { loadConfig } from "../../../src/config.ts";
import { topicRoles } from "../../../src/topology.ts";
import { wantedTopics } from "../../../src/wanted-topics.ts";
import { secretSettings } from "./config-schema.ts";

/** What the templates have to know of the service beside its settings: files/facts.yaml of the chart. */
export function renderFacts(): string {
  const config = loadConfig({ env: {} });
  const wanted = wantedTopics(config);
  const fact = (topic: string): object => {
    const { cleanup, maxMessageBytes } = wanted.find((each) => each.topic === topic) ?? {};
    return { cleanup, ...(maxMessageBytes === null ? {} : { maxMessageBytes }) };
  };
  const rung = wanted.at(-1)?.topic ?? "";
  const facts = {
    secretVariables: secretSettings.map(({ env }) => env),
    topics: Object.fromEntries(
      Object.entries(topicRoles).map(([role, { name }]) => [role, fact(name)]),
    ),
    retry: fact(rung),
  };
  return `# Made from src/topology.ts and src/config: npx vitest run --project unit test/chart-files.test.ts -u\n${stringify(facts)}`;
}
