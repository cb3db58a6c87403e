import { expect, it } from "vitest";
import { many, setUp } from "./scheduler-under-test.ts";

const endpoints = 20;
const slots = 8;

/** A process that has more to do than it can: requests of all endpoints take a second, as there are many at a time. */
async function busy() {
  const set = setUp({ maxInFlight: slots });
  const names = Array.from({ length: endpoints }, (_, number) => `t${number}.e`);
  for (const name of names) set.offer(`${name}.0`);
  let ended = 0;
  async function second(): Promise<void> {
    await set.clock.advance(900);
    const all = set.begun.slice(ended);
    ended += all.length;
    for (const name of all) await set.end(name);
    await set.clock.advance(100);
  }
  while (ended < endpoints) await second();
  return { ...set, names, second };
}

it("a process that has more to do than it can sends no job on a detour: every endpoint is as slow as the others", async () => {
  const { names, offer, detoured, begun, second } = await busy();
  for (const name of names) for (const job of many(name, 8).slice(1)) offer(job);
  expect(detoured).toEqual([]);
  while (begun.length < endpoints * 8) await second();
  expect(detoured).toEqual([]);
});

it("a process that comes to nothing at all for a while does not take that for the silence of its endpoints", async () => {
  const { clock, offer, detoured, end, begun } = setUp({ maxInFlight: 100 });
  const names = Array.from({ length: endpoints }, (_, number) => `t${number}.e`);
  for (const name of names) for (const job of many(name, 12)) offer(job);
  await clock.advance(2000);
  expect(detoured).toEqual([]);
  for (const name of begun.slice(4)) await end(name);
  await clock.advance(1500);
  expect(detoured.length).toBeGreaterThan(0);
  expect(detoured.every((name) => name.startsWith("t0.e."))).toBe(true);
});

it("an endpoint that is slower than the others has its jobs leave however much there is to do", async () => {
  const { names, offer, detoured } = await busy();
  for (const name of names) for (const job of many(name, 8).slice(1)) offer(job);
  for (const job of many("t0.e", 300).slice(8)) offer(job);
  expect(detoured.length).toBeGreaterThan(5);
  expect(detoured.every((name) => name.startsWith("t0.e."))).toBe(true);
});

it("an endpoint that was forgotten, since there are so many, does not trouble the one that comes in its place", async () => {
  const { clock, offer, begun, end } = setUp({ patienceMs: 5000 });
  const once = async (name: string): Promise<void> => {
    offer(name);
    await end(name);
  };
  for (let number = 0; number <= 10_000; number += 1) await once(`t.e${number}.0`);
  // Its fifth job has waited, so that somebody was to look whether it falls silent.
  for (const name of many("t.late", 5)) offer(name);
  for (const name of many("t.late", 5)) await end(name);
  const others = Array.from({ length: 7 }, (_, number) => `t.other${number}.0`);
  for (const name of others) offer(name);
  offer("t.late.6");
  await clock.advance(1100);
  offer("t.late.7");
  for (const name of others) await end(name);
  await end("t.late.7");
  expect(begun).toContain("t.late.6");
});
