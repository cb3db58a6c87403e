import { expect, test } from "vitest";
import { InTurn } from "../../src/configuration/in-turn.ts";
import { settle } from "../support/fake-clock.ts";

test("work on one thing is done one after the other, as it was asked for; on others at once", async () => {
  const turns = new InTurn();
  const done: string[] = [];
  const gates = new Map<string, () => void>();
  const work = (key: string, name: string) =>
    turns.do(key, async () => {
      await new Promise<void>((resolve) => gates.set(name, resolve));
      done.push(name);
    });
  const works = [work("a", "a1"), work("a", "a2"), work("b", "b1")];
  await settle();
  expect([...gates.keys()]).toEqual(["a1", "b1"]);
  gates.get("b1")?.();
  gates.get("a1")?.();
  await settle();
  gates.get("a2")?.();
  await Promise.all(works);
  expect(done.toSorted()).toEqual(["a1", "a2", "b1"]);
  expect(done.indexOf("a1")).toBeLessThan(done.indexOf("a2"));
});

test("what fails lets the next begin, and is told to nobody else", async () => {
  const turns = new InTurn();
  const failing = turns.do("a", () => Promise.reject(new Error("no")));
  const next = turns.do("a", async () => "yes");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
});
