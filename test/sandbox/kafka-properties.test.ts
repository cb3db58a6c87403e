import { expect, test } from "vitest";
import { kafkaProperties, propertiesFile } from "../../src/sandbox/kafka-properties.ts";

const listeners = { listeners: "PLAINTEXT://127.0.0.1:1" };

test("a single broker keeps one copy of everything", () => {
  const properties = kafkaProperties({ nodeId: 1, nodes: 1, listeners, voters: ["1@h:2"] });
  expect(properties).toMatchObject({
    "node.id": "1",
    "controller.quorum.voters": "1@h:2",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    ...listeners,
  });
});

test("three brokers keep three copies, two of which must be in sync", () => {
  const voters = ["1@a:2", "2@b:2", "3@c:2"];
  expect(kafkaProperties({ nodeId: 3, nodes: 3, listeners, voters })).toMatchObject({
    "controller.quorum.voters": "1@a:2,2@b:2,3@c:2",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
  });
});

test("no topic comes into being by being asked for", () => {
  const properties = kafkaProperties({ nodeId: 1, nodes: 1, listeners, voters: [] });
  expect(properties["auto.create.topics.enable"]).toBe("false");
});

test("a properties file holds values of several lines, of any alphabet, as they are", () => {
  expect(propertiesFile({ "a.b": "x = y; z", pem: "one\ntwo\n", word: " Ö\\€" })).toBe(
    "a.b=x = y; z\npem=one\\u000atwo\\u000a\nword=\\u0020\\u00d6\\u005c\\u20ac\n",
  );
});
