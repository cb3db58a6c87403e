import { describe, expect, test } from "vitest";
import { createJointlyReplayed, replayLogs } from "./replay-under-test.ts";

describe.each(replayLogs)("replays that are done together on %s", (_, make) => {
  test("write each job of each once, and say when nothing is left", async () => {
    const replayed = await createJointlyReplayed(make(), 90);
    const first = await replayed.open().run({ a: 1000, b: 1000 });
    expect(first).toEqual({ a: { written: 30, isDone: true }, b: { written: 30, isDone: true } });
    expect(await replayed.jobs()).toEqual(replayed.ofMembers(90, "a", "b"));
    expect(await replayed.open().run({ a: 1000, b: 1000 })).toMatchObject({
      a: { written: 0 },
      b: { written: 0 },
    });
    await replayed.write(30);
    expect(await replayed.open().run({ b: 1000 })).toMatchObject({ b: { written: 10 } });
    expect(await replayed.open().run({ a: 1000, b: 1000 })).toMatchObject({
      a: { written: 10 },
      b: { written: 0 },
    });
    expect(await replayed.jobs()).toEqual(replayed.ofMembers(120, "a", "b"));
  });

  test("get as many jobs as each other, go on where each has ended, and take in others later", async () => {
    const replayed = await createJointlyReplayed(make(), 90);
    const joint = replayed.open();
    expect(await joint.run({ a: 1, b: 1 })).toMatchObject({
      a: { written: 1, isDone: false },
      b: { written: 1, isDone: false },
    });
    const second = await joint.run({ a: 1000, b: 1000 }, 20);
    expect(second["a"]?.written).toBeGreaterThanOrEqual(8);
    expect(second["b"]?.written).toBeGreaterThanOrEqual(8);
    const third = await joint.run({ a: 1000, b: 1000, c: 1000 });
    expect(third).toMatchObject({ c: { written: 30, isDone: true }, a: { isDone: true } });
    expect(await replayed.jobs()).toEqual(replayed.ofMembers(90, "a", "b", "c"));
  });

  test("that two run at a time write each job once, and the one that is fenced off says so, and may go on", async () => {
    const replayed = await createJointlyReplayed(make(), 90);
    const [one, other] = [replayed.open(), replayed.open()];
    expect(await one.run({ a: 5 })).toMatchObject({ a: { written: 5 } });
    expect(await other.run({ a: 5, b: 5 })).toMatchObject({ a: { written: 5 }, b: { written: 5 } });
    expect(await one.run({ a: 1000 })).toMatchObject({ a: { written: 0, isDone: false } });
    expect(one.failures[0]).toMatchObject({ code: "REPLAY_TAKEN_OVER" });
    const written = { a: 0, b: 0 };
    // It learns of each partition apart that it is another's, when it would write.
    for (let isDone = false; !isDone;) {
      const { a, b } = await one.run({ a: 1000, b: 1000 });
      written.a += a?.written ?? 0;
      written.b += b?.written ?? 0;
      isDone = a?.isDone === true && b?.isDone === true;
    }
    expect(written).toEqual({ a: 20, b: 25 });
    expect(await replayed.jobs()).toEqual(replayed.ofMembers(90, "a", "b"));
  });
});
