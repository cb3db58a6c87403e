import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import type { HttpResult } from "../../src/delivery/http-request.ts";
import type { HttpSenderOptions } from "../../src/http/undici-sender.ts";
import { listen } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";

const keeping = { keepsAnswers: true, maxResponseBytes: 1000, connectionsPerOrigin: 0 };

async function answerOf(
  handle: RequestListener,
  options: Partial<HttpSenderOptions> = keeping,
): Promise<HttpResult> {
  await using receiver = await listen(createServer(handle));
  await using sender = loopbackSender(options);
  return await sender.send(postTo(receiver.host), {});
}

function shownOf(result: HttpResult) {
  if (result.kind !== "answer" || result.shown === undefined) throw new Error("nothing is shown");
  const { headers, body, isWhole } = result.shown;
  return { status: result.status, headers, body: body.toString("latin1"), isWhole };
}

test("a sender that keeps answers gives status, headers and body", async () => {
  const shown = shownOf(
    await answerOf((_, response) => {
      response.writeHead(422, { "content-type": "text/plain", "x-request-id": "r-1" });
      response.write("no ");
      response.end("such field");
    }),
  );
  expect(shown).toMatchObject({ status: 422, body: "no such field", isWhole: true });
  expect(shown.headers).toMatchObject({ "content-type": "text/plain", "x-request-id": "r-1" });
});

test.each([1000, 1001, 300_000])(
  "of a body of %i bytes it keeps at most 1,000, and says whether that is all",
  async (length) => {
    const shown = shownOf(await answerOf((_, response) => response.end("x".repeat(length))));
    expect(shown.body).toBe("x".repeat(1000));
    expect(shown.isWhole).toBe(length === 1000);
    expect(shown.status).toBe(200);
  },
);

test("what it keeps is the last answer's, not that of an interim one before it", async () => {
  const shown = shownOf(
    await answerOf((_, response) => {
      response.writeEarlyHints({ link: "</a>; rel=preload" });
      response.writeHead(200, { "x-own": "final" });
      response.end("done");
    }),
  );
  expect(shown.headers).toHaveProperty("x-own", "final");
  expect(shown.headers).not.toHaveProperty("link");
});

test("a redirect is shown and not followed", async () => {
  let requests = 0;
  const shown = shownOf(
    await answerOf((_, response) => {
      requests += 1;
      response.writeHead(302, { location: "/elsewhere" }).end();
    }),
  );
  expect(shown).toMatchObject({ status: 302, body: "" });
  expect(requests).toBe(1);
});

test("a sender that keeps none gives the status alone", async () => {
  const result = await answerOf((_, response) => response.end("hello"), {});
  expect(result).toMatchObject({ kind: "answer", status: 200 });
  expect(result).not.toHaveProperty("shown");
});
