import * as fc from "fast-check";
import { expect, test } from "vitest";
import { callHandlers } from "../../../src/admin/calls/handlers.ts";
import type { HttpSender } from "../../../src/delivery/http-request.ts";
import type { Delivery } from "../../../src/history/history.ts";
import { isHarmless } from "../../../src/explaining/masked-values.ts";
import { jobIdOf } from "../../../src/jobs/job-id.ts";
import {
  askedBy,
  askedTest,
  deliveryOf,
  memoryCalls,
  heldToContract,
} from "../../support/memory-calls.ts";

/** Whatever it may see, nothing was asked to be revealed. */
const own = askedBy("tenant-admin", "t");

/** Long, and of characters that no format writes otherwise. */
const secretText = fc.stringMatching(/^[a-z0-9]{12,20}$/);

/** Repeats all that it gets, as an answer may. */
const echo: HttpSender = {
  async send({ url, body, headers }) {
    const said = Buffer.from(`${url} ${body?.toString() ?? ""}`);
    const shown = { headers: { ...headers, "x-echo": said.toString() }, body: said, isWhole: true };
    return { kind: "answer", status: 200, retryAfter: null, durationMs: 1, shown };
  },
};

/** A call with such a text wherever it can have one, each another; of those about nobody it has others. */
function callWith(world: ReturnType<typeof memoryCalls>, seed: string) {
  const texts: string[] = [];
  const next = (): string => {
    const text = `${seed}x${texts.length}y${seed}`;
    texts.push(text);
    return text;
  };
  const plain = world.catalog.paths.filter(
    (path) => !path.includes(".") && world.catalog.resolve(path)?.type === "text",
  );
  const cdr: Record<string, unknown> & { id: string } = { id: "c1" };
  for (const path of plain)
    if (path !== "id" && path !== "recordingIds") cdr[path] = isHarmless(path) ? "plain" : next();
  const fields = world.catalog.paths
    .filter((path) => path.startsWith("directoryMatches.fields."))
    .map((path) => [path.split(".")[2], next()]);
  cdr["directoryMatches"] = [
    { dirName: next(), contactId: next(), fields: Object.fromEntries(fields) as object },
  ];
  cdr["tags"] = { [next()]: next() };
  return { texts, call: world.call("t", cdr) };
}

/** All that the handlers answer about the call to who does not ask to have it revealed. */
async function answers(world: ReturnType<typeof memoryCalls>, delivery: Delivery) {
  const handlers = heldToContract(
    callHandlers({
      ...world.parts,
      sender: echo,
      testSends: { take: () => undefined } as never,
    }),
  );
  const params = { tenantId: "t" };
  const reveal = false;
  const values = world.catalog.paths.map((path) =>
    handlers.listFieldValues({ params, query: { path, reveal }, body: undefined }, own),
  );
  const drafts = ["json", "form", "multipart", "GET"].map((format) =>
    askedTest({ cdrId: "c1", action: format === "GET" ? { method: "GET" } : { format } }),
  );
  return Promise.all([
    handlers.listCalls({ params, query: { limit: 50, reveal }, body: undefined }, own),
    handlers.readCall(
      { params: { ...params, cdrId: "c1" }, query: { reveal }, body: undefined },
      own,
    ),
    handlers.readDelivery(
      { params: { ...params, jobId: delivery.jobId }, query: { reveal }, body: undefined },
      own,
    ),
    handlers.dryRun(
      { params, query: undefined, body: { trigger: { action: {} }, calls: 10 } },
      own,
    ),
    ...values,
    ...drafts.map((draft) => handlers.previewRequest(draft, own)),
    ...drafts.map((draft) => handlers.testSend(draft, own)),
  ]);
}

test("no answer has more of a call's text than its last two characters, unless that is asked for", async () => {
  await fc.assert(
    fc.asyncProperty(secretText, async (seed) => {
      const world = memoryCalls();
      const { texts, call } = callWith(world, seed);
      const filters = world.catalog.paths.map((field) => ({ field, op: "exists", values: [] }));
      const triggerId = world.put("t", { filters: filters.slice(0, 100) });
      const jobId = jobIdOf({ tenantId: "t", cdrId: "c1", triggerId });
      const { partition: cdrPartition, offset: cdrOffset } = call;
      const delivery = deliveryOf({ jobId, triggerId, cdrPartition, cdrOffset });
      world.deliveries.push(delivery);
      const said = JSON.stringify(await answers(world, delivery));
      expect(texts.length).toBeGreaterThan(60);
      expect(said).not.toContain(seed);
      expect(said).not.toContain(Buffer.from(seed).toString("base64").slice(0, 8));
    }),
    { numRuns: 25 },
  );
});

test("the same answers do have them where that is asked for, so that the test above can fail", async () => {
  const world = memoryCalls();
  const { texts } = callWith(world, "abcdefghijkl");
  const query = { limit: 50, reveal: true };
  const { body } = await world.handlers.listCalls(
    { params: { tenantId: "t" }, query, body: undefined },
    own,
  );
  expect(JSON.stringify(body)).toContain(texts[0]);
});
