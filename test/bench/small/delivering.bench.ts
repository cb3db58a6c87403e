import { bench, describe } from "vitest";
import { buildPayload } from "../../../src/delivery/payload.ts";
import { buildRequest } from "../../../src/delivery/build-request.ts";
import type { RequestShape } from "../../../src/delivery/build-request.ts";
import { firstAttempt, jobStateHeaders, readJobState } from "../../../src/jobs/job-state.ts";
import { callSchema, jobCodec, jobOf, valuesOf } from "../matching-parts.ts";

/** Each of these does this many deliveries' work: what is measured is a thousand times what one takes. */
const deliveries = 1000;

const [value] = valuesOf(["tenant"], 1) as [Buffer];
const call = callSchema.whole(value);
const triggerId = "0b8f3c8e-2f0f-4a39-9f0e-4f0a5a2e7a11";
const payload = buildPayload({ triggerId, call, customData: {} });

const hmac = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const shapeOf = (secrets: readonly string[]): RequestShape => ({
  url: "https://example.com/hook",
  method: "POST",
  format: "json",
  secrets,
  oldSecretsUntil: null,
  headers: {},
  auth: null,
});

function requests(action: RequestShape): void {
  const parts = { payload, action, jobId: "job", timestamp: 1, userAgent: "onhook", trace: null };
  for (let attempt = 1; attempt <= deliveries; attempt += 1) buildRequest({ ...parts, attempt });
}

describe("a thousand requests", () => {
  const [unsigned, signed, rotating] = [[], [hmac], [hmac, `${hmac.slice(0, -1)}A`]].map(shapeOf);
  bench("their payloads", () => {
    for (let count = 0; count < deliveries; count += 1)
      buildPayload({ triggerId, call, customData: {} });
  });
  bench("built, not signed", () => requests(unsigned!));
  bench("built and signed", () => requests(signed!));
  bench("built and signed with two secrets", () => requests(rotating!));
});

describe("a thousand jobs", async () => {
  const encoded = jobCodec.encode(jobOf(value, 1));
  const retried = jobStateHeaders({ ...firstAttempt, attempt: 3, dueAt: 1, lastStatus: 500 }, {});
  const headers = Object.fromEntries(
    Object.entries(retried).map(([name, each]) => [name, Buffer.from(each)]),
  );
  bench("decoded", async () => {
    for (let count = 0; count < deliveries; count += 1) await jobCodec.decode(encoded);
  });
  bench("their states read from headers", () => {
    for (let count = 0; count < deliveries; count += 1) readJobState(headers);
  });
});
