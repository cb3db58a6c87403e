import { expect, test } from "vitest";
import { FairTurns } from "../../src/runtime/fair-turns.ts";

const refuse = (): Error => new Error("too many");

/** Work that ends when it is told to; what has begun is told in `begun`. */
function watched(turns: FairTurns) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = async (who: string): Promise<void> =>
    turns.take(
      who,
      async () => {
        begun.push(who);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.push(resolve);
        await promise;
      },
      refuse,
    );
  const settled = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return { begun, ends, ask, settled };
}

test("one who asks for all turns gets one at a time, and another has theirs beside", async () => {
  const { begun, ends, ask, settled } = watched(new FairTurns(2, 10, 10));
  const asked = ["a", "a", "a", "b"].map(ask);
  await settled();
  expect(begun).toEqual(["a", "b"]);
  for (let n = 0; n < asked.length; n += 1) {
    ends[n]?.();
    await settled();
  }
  await Promise.all(asked);
  expect(begun).toEqual(["a", "b", "a", "a"]);
});

test("so many in all have their turn at a time, whoever they are", async () => {
  const { begun, ends, ask, settled } = watched(new FairTurns(2, 10, 10));
  const asked = ["a", "b", "c"].map(ask);
  await settled();
  expect(begun).toEqual(["a", "b"]);
  ends[0]?.();
  await settled();
  expect(begun).toEqual(["a", "b", "c"]);
  for (const end of ends) end();
  await Promise.all(asked);
});

test("who has too many waiting is refused, and others are not for it", async () => {
  const { ends, ask, settled } = watched(new FairTurns(1, 10, 1));
  const waiting = [ask("a"), ask("a"), ask("b")];
  await expect(ask("a")).rejects.toThrow("too many");
  for (let n = 0; n < waiting.length; n += 1) {
    await settled();
    ends[n]?.();
  }
  await Promise.all(waiting);
});

test("what fails gives its turn back", async () => {
  const turns = new FairTurns(1, 0, 0);
  const fail = turns.take("a", async () => Promise.reject(new Error("failed")), refuse);
  await expect(fail).rejects.toThrow("failed");
  expect(await turns.take("a", async () => "done", refuse)).toBe("done");
});
