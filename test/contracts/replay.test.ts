import { describe, expect, onTestFinished, test } from "vitest";
import { rangeOfTime } from "../../src/replay/time-range.ts";
import { pause, systemClock } from "../../src/runtime/clock.ts";
import { ownName } from "./log-under-test.ts";
import { createReplayed, replayLogs } from "./replay-under-test.ts";

const evens = (count: number): number[] => Array.from({ length: count }, (_, index) => 2 * index);

describe.each(replayLogs)("a range of time on %s", (_, make) => {
  test("begins and ends at the first record that is stamped with the time or a later one", async () => {
    const log = make();
    const topic = ownName("timed");
    await log.createTopic(topic, 1);
    await using writer = log.writer();
    for (const value of ["a", "b", "c"]) {
      await writer.write({ topic, key: "k", value: Buffer.from(value) });
      // Stamps are whole milliseconds of the machine's clock: the next one has to be another.
      const last = Date.now();
      while (Date.now() === last) await pause(systemClock, 1);
    }
    const [, second] = (await log.read(topic)).map(({ timestamp }) => timestamp) as [
      number,
      number,
    ];
    const source = log.replay.source({ topic, partition: 0 });
    onTestFinished(() => source.close());
    expect(await rangeOfTime(source, {})).toEqual({ begin: 0, end: 3 });
    expect(await rangeOfTime(source, { from: second })).toEqual({ begin: 1, end: 3 });
    expect(await rangeOfTime(source, { to: second })).toEqual({ begin: 0, end: 1 });
    expect(await rangeOfTime(source, { from: 0, to: second + 1 })).toEqual({ begin: 0, end: 2 });
    const future = second + 3_600_000;
    expect(await rangeOfTime(source, { from: future, to: future + 1 })).toEqual({
      begin: 3,
      end: 3,
    });
  });
});

describe.each(replayLogs)("a replay on %s", (_, make) => {
  test("writes each job that it is about once, and finds nothing left to do when it is run again", async () => {
    const replayed = await createReplayed(make(), 100);
    const first = await replayed.run();
    expect(first).toMatchObject({ matched: 50, written: 50, skipped: 0 });
    expect(first.read).toBe(first.end);
    expect(await replayed.jobs()).toEqual(evens(50));
    const second = await replayed.run();
    expect(second).toMatchObject({ read: 0, end: 0, written: 0 });
    expect(second.parts.every(({ continued }) => continued)).toBe(true);
    expect(await replayed.jobs()).toEqual(evens(50));
  });

  test("that has finished is about what has come since, when it is run again", async () => {
    const replayed = await createReplayed(make(), 20);
    await replayed.run();
    await replayed.write(20);
    expect(await replayed.run()).toMatchObject({ written: 10 });
    expect(await replayed.jobs()).toEqual(evens(20));
  });

  test("with a limit ends behind so many jobs; the next goes on there and keeps to the end that the first had", async () => {
    const replayed = await createReplayed(make(), 40);
    expect(await replayed.run({ limit: 7 })).toMatchObject({ written: 7 });
    expect(await replayed.jobs()).toHaveLength(7);
    await replayed.write(20);
    expect(await replayed.run({ limit: 6 })).toMatchObject({ written: 6 });
    expect(await replayed.run()).toMatchObject({ written: 7 });
    expect(await replayed.jobs()).toEqual(evens(20));
    expect(await replayed.run()).toMatchObject({ written: 10 });
    expect(await replayed.jobs()).toEqual(evens(30));
  });

  test("that is stopped ends behind a transaction, and the next run does the rest", async () => {
    const replayed = await createReplayed(make(), 60);
    const stop = new AbortController();
    const first = await replayed.run({
      signal: stop.signal,
      ratePerSecond: 40,
      onProgress: ({ written }) => written > 0 && stop.abort(),
    });
    expect(first.written).toBeLessThan(30);
    expect(await replayed.jobs()).toHaveLength(first.written);
    const second = await replayed.run();
    expect(first.written + second.written).toBe(30);
    expect(await replayed.jobs()).toEqual(evens(30));
  });

  test("that is run twice at a time writes each job once, and the one that is fenced off says so", async () => {
    const replayed = await createReplayed(make(), 60);
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = replayed.run({
      async onPick() {
        reached.resolve();
        await released.promise;
      },
    });
    const ended = first.catch((error: unknown) => error);
    await reached.promise;
    const second = await replayed.run();
    released.resolve();
    expect(await ended).toMatchObject({ code: "REPLAY_TAKEN_OVER" });
    expect(second.written).toBe(30);
    expect(await replayed.jobs()).toEqual(evens(30));
  });
});
