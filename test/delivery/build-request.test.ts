import { describe, expect, test } from "vitest";
import { buildRequest } from "../../src/delivery/build-request.ts";
import type { RequestShape } from "../../src/delivery/build-request.ts";
import type { WebhookRequest } from "../../src/delivery/http-request.ts";
import { newSigningSecret } from "../../src/secrets/signing-secret.ts";
import { signV1 } from "../../src/delivery/signature.ts";
import { someTrace, traceparent } from "../jobs/some-trace.ts";
import type { TraceContext } from "../../src/jobs/trace-context.ts";

const secrets = ["whsec_bmV3ZXIgc2VjcmV0", "whsec_b2xkZXIgc2VjcmV0"];
const payload = {
  triggerId: "t",
  id: "i",
  tenantId: "n",
  cdr: { id: "c", cliNum: "+44700000000", big: 2n ** 60n },
  customData: { hook: "post call" },
};
const query =
  "triggerId=t&id=i&tenantId=n&cdr%5Bid%5D=c&cdr%5BcliNum%5D=%2B44700000000&cdr%5Bbig%5D=1152921504606846976&customData%5Bhook%5D=post+call";

function request(
  action: Partial<RequestShape> = {},
  trace: TraceContext | null = null,
): WebhookRequest {
  return buildRequest({
    payload,
    action: {
      url: "https://crm.example/hook",
      method: "POST",
      format: "json",
      secrets: [],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
      ...action,
    },
    jobId: "3f2504e0-4f89-51d3-9a0c-0305e82c3301",
    attempt: 3,
    timestamp: 1_735_689_600,
    userAgent: "onhook/0.1.0",
    trace,
  });
}

describe.each(["POST", "PUT"] as const)("a %s request", (method) => {
  test("carries the payload as JSON", () => {
    const { body, headers, url } = request({ method });
    expect(url).toBe("https://crm.example/hook");
    expect(headers["content-type"]).toBe("application/json");
    expect(body?.toString()).toBe(
      '{"triggerId":"t","id":"i","tenantId":"n","cdr":{"id":"c","cliNum":"+44700000000","big":1152921504606846976},"customData":{"hook":"post call"}}',
    );
  });

  test("carries the payload as a form", () => {
    const { body, headers } = request({ method, format: "form" });
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(body?.toString()).toBe(query);
  });

  test("carries the payload in parts", () => {
    const { body, headers } = request({ method, format: "multipart" });
    expect(headers["content-type"]).toMatch(/^multipart\/form-data; boundary=onhook-[\w-]+$/);
    expect(body?.toString()).toContain('name="cdr[cliNum]"\r\n\r\n+44700000000\r\n');
  });
});

describe("a GET request", () => {
  test.each([
    ["https://crm.example", "https://crm.example?Q"],
    ["https://crm.example/a%2Fb", "https://crm.example/a%2Fb?Q"],
    ["https://crm.example/?", "https://crm.example/?Q"],
    ["https://crm.example/?sig='x'%20%2b+~&b", "https://crm.example/?sig='x'%20%2b+~&b&Q"],
    ["https://crm.example/?a=1&", "https://crm.example/?a=1&Q"],
    ["https://crm.example/?a=1?b#part?x", "https://crm.example/?a=1?b&Q"],
    ["https://crm.example/#part", "https://crm.example/?Q"],
  ])("to %s adds the payload to the query and changes nothing of it", (url, expected) => {
    expect(request({ method: "GET", url }).url).toBe(expected.replace("Q", query));
  });

  test("has neither body nor content type, whatever the format", () => {
    const { body, headers } = request({ method: "GET", format: "multipart" });
    expect(body).toBeNull();
    expect(headers).not.toHaveProperty("content-type");
  });
});

describe("the headers", () => {
  test("name the job, the attempt and the time", () => {
    expect(request({ method: "GET" }).headers).toEqual({
      "user-agent": "onhook/0.1.0",
      "webhook-id": "3f2504e0-4f89-51d3-9a0c-0305e82c3301",
      "webhook-timestamp": "1735689600",
      "onhook-attempt": "3",
    });
  });

  test.each(["json", "form", "multipart"] as const)(
    "sign the body of a %s request with every secret, in their order",
    (format) => {
      const { headers, body } = request({ format, secrets });
      const parts = { id: headers["webhook-id"] ?? "", timestamp: 1_735_689_600, body: body ?? "" };
      const signatures = secrets.map((secret) => signV1({ ...parts, secret }));
      expect(headers["webhook-signature"]).toBe(signatures.join(" "));
      expect(new Set(signatures).size).toBe(2);
    },
  );

  test("sign the empty string of a GET", () => {
    const { headers } = request({ method: "GET", secrets: secrets.slice(0, 1) });
    const id = headers["webhook-id"] ?? "";
    const [secret = ""] = secrets;
    expect(headers["webhook-signature"]).toBe(
      signV1({ secret, id, timestamp: 1_735_689_600, body: "" }),
    );
  });
});

describe("the trigger's own headers and credentials", () => {
  test("go along, and take the place of none that the request has by itself", () => {
    const { headers } = request({
      headers: { "X-Api-Key": "a key", "Webhook-Id": "forged", "Content-Type": "text/plain" },
    });
    expect(headers).toMatchObject({
      "x-api-key": "a key",
      "webhook-id": "3f2504e0-4f89-51d3-9a0c-0305e82c3301",
      "content-type": "application/json",
    });
    expect(Object.keys(headers).filter((name) => name !== name.toLowerCase())).toEqual([]);
  });

  test("of basic are the user and the password in UTF-8", () => {
    const auth = { scheme: "basic", username: "onhook", secret: "pä:ss" } as const;
    const [scheme, base64 = ""] = (request({ auth }).headers["authorization"] ?? "").split(" ");
    expect([scheme, Buffer.from(base64, "base64").toString()]).toEqual(["Basic", "onhook:pä:ss"]);
  });

  test("of bearer are the token, with a GET too", () => {
    const auth = { scheme: "bearer", username: null, secret: "a.token" } as const;
    expect(request({ auth, method: "GET" }).headers["authorization"]).toBe("Bearer a.token");
  });
});

describe("a request that belongs to a trace", () => {
  test("bears it, in place of what its trigger has of that name", () => {
    const headers = { Traceparent: "00-other", tracestate: "other=1" };
    const trace = { ...someTrace, tracestate: "a=1" };
    expect(request({ headers }, trace).headers).toMatchObject({ traceparent, tracestate: "a=1" });
    expect(request({ headers }).headers).toMatchObject({ traceparent: "00-other" });
    expect(request({}, someTrace).headers).not.toHaveProperty("tracestate");
  });
});

describe("secrets that are being changed", () => {
  const asymmetric = newSigningSecret("ed25519");

  test("all sign, each in its own way", () => {
    const { headers } = request({ secrets: [asymmetric, ...secrets] });
    const versions = headers["webhook-signature"]?.split(" ").map((each) => each.split(",")[0]);
    expect(versions).toEqual(["v1a", "v1", "v1"]);
  });

  test.each([
    [1_735_689_600_001, 2],
    [1_735_689_600_000, 1],
    [null, 2],
  ])("until %s: at the time of the attempt %i sign", (oldSecretsUntil, count) => {
    const { headers } = request({ secrets, oldSecretsUntil });
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(count);
  });
});

test("a secret that can't sign is an error with a code", () => {
  expect(() => request({ secrets: ["whsec_"] })).toThrow(
    expect.objectContaining({ code: "SECRET_INVALID" }),
  );
});
