// @ts-expect-error kafkajs describes its public parts only.
import createRequest from "kafkajs/src/protocol/request.js";
// @ts-expect-error kafkajs describes its public parts only.
import encoderClass from "kafkajs/src/protocol/encoder.js";
import { expect, it } from "vitest";
import { RequestBody, mendRequestHeads } from "../../src/kafka/request-body.ts";

type Encoded = { readonly buffer: Buffer };
type CreateRequest = (of: object) => Promise<Encoded>;

const bytes = 100_000;

const requestOf = (clientId: string, encode: () => Promise<object>): Promise<Encoded> =>
  (createRequest as CreateRequest)({
    correlationId: 77,
    clientId,
    request: { apiKey: 0, apiVersion: 7, encode },
  });

function newBody(): RequestBody {
  const body = new RequestBody(bytes);
  body.buf.fill("body");
  return body;
}

function asKafkajsHasIt(): Promise<object> {
  const encoder = new (encoderClass as new () => { writeBuffer(bytes: Buffer): object })();
  return Promise.resolve(encoder.writeBuffer(newBody().buf));
}

it.each([
  ["of usual length", "onhook", true],
  ["that there is no room for", "c".repeat(1000), false],
])(
  "a request of a client's id %s has the bytes that kafkajs makes",
  async (_, clientId, inPlace) => {
    mendRequestHeads();
    const body = newBody();
    const { buffer } = await requestOf(clientId, () => Promise.resolve(body));
    const wanted = await requestOf(clientId, asKafkajsHasIt);
    expect(buffer.equals(wanted.buffer)).toBe(true);
    expect(buffer.buffer === body.buf.buffer).toBe(inPlace);
  },
);

it("a body that was answered is used for another", () => {
  const body = newBody();
  const { buf } = body;
  body.answered();
  expect(buf).toHaveLength(0);
  expect(new RequestBody(bytes).buf.subarray(-4).toString()).toBe("body");
});
