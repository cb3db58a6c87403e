import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { MemoryFlow } from "../support/memory-flow.ts";
import { MemoryStory, calm, disturbing } from "../support/memory-story.ts";
import type { Happening } from "../support/memory-story.ts";

function stories(types: readonly Happening["type"][]): fc.Arbitrary<Happening[]> {
  const happening = fc.record({ type: fc.constantFrom(...types), which: fc.nat(11) });
  return fc.array(happening, { maxLength: 30 });
}

/** Calls that made no job, jobs that were made twice, and jobs whose end is not on record. */
async function broken(flow: MemoryFlow): Promise<string[]> {
  const jobs = await flow.jobs();
  const made = jobs.map(({ cdrId, triggerId }) => `${cdrId} ${triggerId}`);
  const matched = new Set(jobs.map(({ cdrId }) => cdrId));
  const calls = Array.from(flow.records("cdr"), ({ key }) => String(key));
  const dead = new Set((await flow.jobs("dead")).map(({ jobId }) => jobId));
  const ended = (await flow.attempts()).filter(
    ({ outcome, jobId }) => outcome !== "failed" && (outcome !== "dead" || dead.has(jobId)),
  );
  const ends = new Set(ended.map(({ jobId }) => jobId));
  return [
    ...calls.filter((id) => !matched.has(id)).map((id) => `${id} made no job`),
    ...made.filter((name, index) => made.indexOf(name) < index).map((name) => `${name} twice`),
    ...jobs.filter(({ jobId }) => !ends.has(jobId)).map(({ cdrId }) => `${cdrId} has no end`),
  ];
}

/** Retries that do not have their failure behind them, as long ago as their rung delays. */
function early({ sent }: MemoryFlow): string[] {
  return sent
    .filter(({ webhookId, attempt, at }) => {
      if (attempt === 1) return false;
      const last = sent.find(
        (each) => each.webhookId === webhookId && each.attempt === attempt - 1,
      );
      return at - (last?.at ?? Infinity) < (attempt - 1) * 2000;
    })
    .map(({ webhookId, attempt }) => `${webhookId} ${attempt}`);
}

it("whatever happens, no call and no job is lost, no job is doubled, and no retry is early", async () => {
  await fc.assert(
    fc.asyncProperty(stories([...calm, ...disturbing]), async (happenings) => {
      const flow = await MemoryStory.tell(happenings);
      expect({ broken: await broken(flow), early: early(flow) }).toEqual({ broken: [], early: [] });
    }),
    { numRuns: 40 },
  );
  expect.hasAssertions();
});

it("while no worker comes, goes or is disturbed, every request is made once", async () => {
  await fc.assert(
    fc.asyncProperty(stories(calm), async (happenings) => {
      const { sent } = await MemoryStory.tell(happenings);
      const made = sent.map(({ webhookId, attempt }) => `${webhookId} ${attempt}`);
      expect(made).toEqual([...new Set(made)]);
    }),
    { numRuns: 20 },
  );
  expect.hasAssertions();
});
