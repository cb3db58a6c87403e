import { fastify } from "fastify";
import type { RouteOptions } from "fastify";
import { expect, test } from "vitest";
import { createAdminApi } from "../../src/admin/api/admin-api.ts";
import { operations } from "../../src/admin/contract/operations.ts";
import type { Operation } from "../../src/admin/contract/operation.ts";
import { rights } from "../support/rights/rights-table.ts";

/** Every route that the API's server has, as `GET /api/v1/me`. */
async function routesOfServer(): Promise<readonly string[]> {
  const routes: string[] = [];
  const server = fastify();
  server.addHook("onRoute", ({ method, url }: RouteOptions) => {
    for (const each of [method].flat()) routes.push(`${each} ${url}`);
  });
  const { part } = createAdminApi({
    requestsPerMinute: 1000,
    maxBodyBytes: 1024,
    version: "0.0.0",
    emit: () => undefined,
  });
  await server.register(async (scope) => part(scope));
  await server.ready();
  await server.close();
  return routes;
}

const known = Object.values<Operation>(operations).map(
  ({ method, path }) => `${method} /api/v1${path}`,
);

test("every operation has a route, and every route below /api/v1 that does something is an operation", async () => {
  const routes = await routesOfServer();
  expect(known.filter((route) => !routes.includes(route))).toEqual([]);
  const paths = new Set(known.map((route) => route.split(" ")[1]));
  const others = routes.filter(
    (route) => route.includes(" /api/v1") && !known.includes(route) && !route.startsWith("HEAD "),
  );
  // What a path does not do is refused by a route of its own; none but these is anything else.
  const strange = others.filter((route) => !paths.has(route.split(" ")[1]));
  expect(strange.filter((route) => !route.endsWith("/openapi.json"))).toEqual([]);
});

test("who may do it is decided for every operation", () => {
  expect(Object.keys(rights).toSorted()).toEqual(Object.keys(operations).toSorted());
});
