/** A page and what its address says. */
export interface Route {
  readonly page: PageName;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Below `/<locale>/webhooks/`, without the query. */
  readonly path: string;
}

/** Addresses below `/<locale>/webhooks/`; the first that fits is taken. */
const patterns = {
  triggers: /^$/,
  "new-trigger": /^new$/,
  trigger: /^(?<triggerId>[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12})$/,
  calls: /^calls$/,
  call: /^calls\/(?<cdrId>[^/]+)$/,
  deliveries: /^deliveries$/,
  delivery: /^deliveries\/(?<jobId>[^/]+)$/,
  replays: /^replays$/,
  "dead-letters": /^dead-letters$/,
  guide: /^guide$/,
  tokens: /^tokens$/,
  changes: /^changes$/,
  tenants: /^tenants$/,
  "sign-in": /^sign-in$/,
} as const satisfies Readonly<Record<string, RegExp>>;

export type PageName = keyof typeof patterns | "not-found";

/** Pages that are about no tenant, or about all of them where none is chosen. */
export const tenantless: ReadonlySet<PageName> = new Set([
  "tenants",
  "tokens",
  "changes",
  "dead-letters",
  "sign-in",
  "not-found",
]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % that somebody typed: taken as it stands.
    return text;
  }
}

/** The route of an address; `base` is `/<locale>/webhooks`. */
export function routeOf(url: URL, base: string): Route {
  const path = url.pathname.slice(base.length).replace(/^\/+|\/+$/g, "");
  for (const [page, pattern] of Object.entries(patterns)) {
    const found = pattern.exec(path);
    if (found === null) continue;
    const params = Object.fromEntries(
      Object.entries(found.groups ?? {}).map(([name, value]) => [name, decoded(value)]),
    );
    return { page: page as PageName, params, query: url.searchParams, path };
  }
  return { page: "not-found", params: {}, query: url.searchParams, path };
}
