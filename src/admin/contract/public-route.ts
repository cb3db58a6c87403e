import type { AskedBy } from "./authentication.ts";

/** What browsers are sent to that is no operation of the API, such as the way back from the provider of OpenID Connect. */
export interface PublicRoute {
  /** From the server's root, without parameters: `/auth/callback`. Begins with `/auth/`. */
  readonly path: string;
  /** Answers GET. `url` is the path and the query as they came. An OnhookError is answered as those of the API are. */
  answer(request: AskedBy & { readonly url: string }): Promise<PublicAnswer>;
}

export interface PublicAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Values of `set-cookie`. */
  readonly cookies?: readonly string[];
  readonly body?: string;
}
