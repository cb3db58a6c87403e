import net from "node:net";
import type { Socket } from "node:net";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { someRecord } from "../delivery/some-jobs.ts";
import { listen } from "../support/loopback-receiver.ts";
import { loopbackSender } from "../support/loopback-sender.ts";
import { createDeliverHarness, soundJob } from "./deliver-harness.ts";
import { fuzz, hostile, runs } from "./fuzz.ts";
import { idOf } from "./some-triggers.ts";
import { planted } from "./watched-log.ts";

const inputsAtOnce = 20;
const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: true };

function triggerTo(number: number, port: number): Trigger {
  const checked = checkTrigger(
    {
      triggerId: idOf(number),
      tenantId: "t1",
      action: {
        url: `http://127.0.0.1:${port}/${number}?${planted.query}`,
        secrets: [planted.secret],
        customData: { note: planted.text },
        retries: 5,
      },
    },
    rules,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.trigger;
}

const sound = [
  "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
  "HTTP/1.1 204 No Content\r\n\r\n",
  `HTTP/1.1 200 ${planted.name}\r\nx-caller: ${planted.number}\r\ncontent-length: 4\r\n\r\nhush`,
  "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhush\r\n1;a=b\r\nx\r\n0\r\na: b\r\n\r\n",
  `HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/?${planted.query}\r\ncontent-length: 0\r\n\r\n`,
  "HTTP/1.1 410 Gone\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 503 No\r\nretry-after: Fri, 31 Dec 2099 23:59:59 GMT\r\nkeep-alive: timeout=5\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nlink: </hush>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.0 200 OK\r\n\r\nall the rest",
  "HTTP/1.1 101 Switching Protocols\r\nupgrade: hush\r\nconnection: upgrade\r\n\r\n",
].map((text) => Buffer.from(text));

const words = [
  "HTTP/1.1 ",
  "HTTP/1.0 ",
  "200 OK",
  "100 Continue",
  "000",
  "999",
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  ": ",
  "content-length: ",
  "transfer-encoding: chunked\r\n",
  "connection: close\r\n",
  "keep-alive: timeout=-1\r\n",
  "retry-after: ",
  "upgrade: h2c\r\n",
  "__proto__: ",
  "5",
  "-1",
  "ffffffffffffffff",
  ";",
  ",",
  "\0",
  " ",
  planted.text,
  "x".repeat(17_000),
];
const grammar = fc
  .array(fc.constantFrom(...words), { maxLength: 16 })
  .map((parts) => Buffer.from(parts.join("")));

/** What comes, and how the connection ends then. */
const answers = fc.record({
  bytes: fc.oneof(
    { arbitrary: hostile(fc.constantFrom(...sound)), weight: 4 },
    { arbitrary: grammar, weight: 1 },
  ),
  reset: fc.boolean(),
});

function answerWith(socket: Socket, answer: { readonly bytes: Buffer; readonly reset: boolean }) {
  if (answer.reset) socket.write(answer.bytes, () => socket.resetAndDestroy());
  else socket.end(answer.bytes);
}

test("whatever a receiver answers ends its attempt, holds up no other, and nothing of it is logged", async () => {
  let given: readonly { readonly bytes: Buffer; readonly reset: boolean }[] = [];
  const server = net.createServer((socket) => {
    socket.on("data", (data) => {
      const number = /^POST \/(\d+)\?/.exec(data.toString("latin1"))?.[1];
      const answer = number === undefined ? undefined : given[Number(number)];
      if (answer !== undefined) answerWith(socket, answer);
      else if (number !== undefined) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
  });
  await using receiver = await listen(server);
  // Whatever ends by a time-out is a failure of this test: the receiver ends all of its connections.
  await using sender = loopbackSender({ timeoutMs: 60_000 });
  // The last is for a receiver that is well.
  const ids = Array.from({ length: inputsAtOnce + 1 }, (_, number) => idOf(number));
  const triggers = new Map(ids.map((id, number) => [id, triggerTo(number, receiver.port)]));
  const { handle, takeLeaks } = createDeliverHarness(sender, triggers);
  const records = ids.map((id) => someRecord({ value: soundJob(id) }));
  const seen: Record<string, number> = {};
  await fuzz(
    "HTTP answers",
    fc.array(answers, { minLength: inputsAtOnce, maxLength: inputsAtOnce }),
    async (batch) => {
      given = batch;
      const decisions = await Promise.all(records.map((record) => handle(record)));
      expect(decisions.at(-1)?.attempt).toMatchObject({ outcome: "delivered", status: 204 });
      for (const { attempt } of decisions.slice(0, -1)) {
        const end = attempt?.reason ?? String(attempt?.outcome);
        expect(end).toMatch(/^(delivered|status|redirect|gone|connection)$/);
        seen[end] = (seen[end] ?? 0) + 1;
      }
      expect(takeLeaks()).toEqual([]);
    },
    inputsAtOnce,
  );
  for (const end of ["delivered", "status", "redirect", "gone", "connection"])
    expect(seen[end]).toBeGreaterThan(runs / 500);
}, 3_600_000);
