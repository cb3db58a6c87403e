import { fastify } from "fastify";
import type { FastifyInstance, HTTPMethods, RouteOptions } from "fastify";
import { expect, test } from "vitest";
import { createAdminApi } from "../../src/admin/api/admin-api.ts";
import { operations } from "../../src/admin/contract/operations.ts";
import type { Operation } from "../../src/admin/contract/operation.ts";
import { rights } from "../support/rights/rights-table.ts";

async function apiServer(onRoute: (route: RouteOptions) => void): Promise<FastifyInstance> {
  const server = fastify();
  server.addHook("onRoute", onRoute);
  const { part } = createAdminApi({
    requestsPerMinute: 1000,
    maxBodyBytes: 1024,
    version: "0.0.0",
    emit: () => undefined,
  });
  await server.register(async (scope) => part(scope));
  await server.ready();
  return server;
}

/** Every route that the API's server has, as `GET /api/v1/me`. */
async function routesOfServer(): Promise<readonly string[]> {
  const routes: string[] = [];
  const server = await apiServer(({ method, url }) => {
    for (const each of [method].flat()) routes.push(`${each} ${url}`);
  });
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

test("every other method of a path is refused, with those that it has", async () => {
  await using server = await apiServer(() => undefined);
  const { supportedMethods } = server;
  for (const method of supportedMethods.filter((each) => !["GET", "HEAD"].includes(each))) {
    const url = "/api/v1/me";
    const answer = await server.inject({ method: method as HTTPMethods & "GET", url });
    const { statusCode, headers } = answer;
    expect({ method, statusCode, allow: headers["allow"] }).toEqual({
      method,
      statusCode: 405,
      allow: "GET, HEAD",
    });
    const nowhere = await server.inject({
      method: method as HTTPMethods & "GET",
      url: "/api/v1/no",
    });
    expect({ method, status: nowhere.statusCode }).toEqual({
      method,
      status: expect.toBeOneOf([404, 415]),
    });
  }
});
