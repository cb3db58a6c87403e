import type { FastifyInstance } from "fastify";
import { OnhookError } from "../../errors.ts";
import type { ApiParts } from "./api-parts.ts";
import { askedBy } from "./standing.ts";

/** Routes can't be added to a server that listens, so these are looked up. */
export function addPublicRoutes(server: FastifyInstance, parts: () => ApiParts | null): void {
  server.get("/sign-in/*", {
    onRequest: server.rateLimit(),
    async handler(request, reply) {
      const ready = parts();
      if (ready === null) throw new OnhookError("ADMIN_NOT_READY");
      const [path] = request.url.split("?");
      const route = ready.publicRoutes.find((each) => each.path === path);
      if (route === undefined) throw new OnhookError("NOT_FOUND");
      const { location, cookies } = await route.visit({ ...askedBy(request), url: request.url });
      if (cookies.length > 0) reply.header("set-cookie", [...cookies]);
      return reply.header("cache-control", "no-store").redirect(location, 302);
    },
  });
}
