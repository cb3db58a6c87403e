import type { FastifyInstance } from "fastify";
import { OnhookError } from "../../errors.ts";
import type { OpenParts } from "./open-parts.ts";
import { askedBy } from "./standing.ts";

/** Routes can't be added to a server that listens, so these are looked up. */
export function addPublicRoutes(server: FastifyInstance, parts: OpenParts): void {
  server.get("/sign-in/*", {
    onRequest: server.rateLimit(),
    async handler(request, reply) {
      const [path] = request.url.split("?");
      const { location, cookies } = await parts.use(async ({ publicRoutes }) => {
        const route = publicRoutes.find((each) => each.path === path);
        if (route === undefined) throw new OnhookError("NOT_FOUND");
        return await route.visit({ ...askedBy(request), url: request.url });
      });
      if (cookies.length > 0) reply.header("set-cookie", [...cookies]);
      return reply.header("cache-control", "no-store").redirect(location, 302);
    },
  });
}
