import { fastify } from "fastify";
import { expect, test } from "vitest";
import { createAdminApi } from "../../../src/admin/api/admin-api.ts";

test("x", async () => {
  const api = createAdminApi({
    requestsPerMinute: 100,
    maxBodyBytes: 1000,
    version: "1",
    emit: () => {},
  });
  const server = fastify();
  await api.part(server);
  for (const url of ["/api/v1/me", "/api/v1/openapi.json", "/api/v1/nope", "/api/v1/%ff"]) {
    const answer = await server.inject({ url });
    console.log(answer.statusCode, answer.headers, answer.body.slice(0, 300));
  }
  const answer = await server.inject({ url: "/api/v1/me", method: "PUT" });
  console.log(answer.statusCode, answer.headers, answer.body.slice(0, 300));
  expect(1).toBe(1);
});
