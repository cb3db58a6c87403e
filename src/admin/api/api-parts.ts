import type { Authentication, PublicRoute } from "../contract/authentication.ts";
import type { Handlers } from "../contract/handlers.ts";

/** What the API works with. It comes later than the server, which answers from the start of the process on. */
export interface ApiParts {
  readonly authentication: Authentication;
  readonly handlers: Handlers;
  readonly publicRoutes: readonly PublicRoute[];
}
