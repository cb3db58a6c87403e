import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signV1 } from "../../src/delivery/signature.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

test("the signature of the specification's example is the specification's", () => {
  const signature = signV1({
    secret,
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  });
  expect(signature).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("a body of bytes is signed as these bytes, with the decoded secret as the key", () => {
  const body = Buffer.from([0x00, 0xff, 0x7b, 0xc3, 0xa9]);
  const mac = createHmac("sha256", Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64"));
  const signed = Buffer.concat([Buffer.from("job.17."), body]);
  const expected = `v1,${mac.update(signed).digest("base64")}`;
  expect(signV1({ secret, id: "job", timestamp: 17, body })).toBe(expected);
});

test("an empty body is signed as the empty string", () => {
  const parts = { secret, id: "job", timestamp: 17 };
  expect(signV1({ ...parts, body: "" })).toBe(signV1({ ...parts, body: Buffer.alloc(0) }));
});

test("padding of the secret may be left out", () => {
  const parts = { id: "job", timestamp: 17, body: "" };
  expect(signV1({ ...parts, secret: "whsec_c2VjcmV0MQ==" })).toBe(
    signV1({ ...parts, secret: "whsec_c2VjcmV0MQ" }),
  );
});

test.each([
  ["has no prefix", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  ["has no key", "whsec_"],
  ["is no base64", "whsec_not base64!"],
  ["is base64url", "whsec_-_-_"],
])("a secret that %s is refused, without being repeated", (_, secret) => {
  const sign = (): string => signV1({ secret, id: "job", timestamp: 17, body: "" });
  expect(sign).toThrow(
    expect.objectContaining({
      code: "SECRET_INVALID",
      message: "A signing secret is not whsec_ followed by a key in base64",
    }),
  );
});
