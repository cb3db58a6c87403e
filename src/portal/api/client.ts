import type { Received, SentBody, SentQuery } from "../../admin/contract/operation.ts";
import type { OperationId, Operations } from "../../admin/contract/operations.ts";
import { ApiError, problemOf } from "./problem.ts";

/** Method and path of every operation, as the server gives them to the browser. */
export type OperationTable = Readonly<Record<OperationId, readonly [method: string, path: string]>>;

type ParamsOf<K extends OperationId> = Operations[K] extends {
  readonly params: { readonly _zod: { readonly input: infer P } };
}
  ? P
  : { readonly tenantId?: string };

/** Every operation on a tenant takes the one that is looked at, unless another is named. */
type SentParams<K extends OperationId> = Omit<ParamsOf<K>, "tenantId"> & { tenantId?: string };

type NeedsParams<K extends OperationId> = keyof Omit<ParamsOf<K>, "tenantId"> extends never
  ? { readonly params?: SentParams<K> }
  : { readonly params: SentParams<K> };
type NeedsBody<K extends OperationId> =
  SentBody<Operations[K]> extends undefined
    ? { readonly body?: undefined }
    : { readonly body: SentBody<Operations[K]> };

export type ApiRequest<K extends OperationId> = NeedsParams<K> &
  NeedsBody<K> & {
    readonly query?: SentQuery<Operations[K]>;
    /** The ETag that is to be changed, as `etag` of an answer gave it. */
    readonly ifMatch?: string;
    readonly signal?: AbortSignal;
  };

export interface ApiAnswer<K extends OperationId> {
  readonly body: Received<Operations[K]>;
  /** To be sent back as `ifMatch`; null: the answer has none. */
  readonly etag: string | null;
  readonly status: number;
}

/** The request may be left out where nothing in it is needed. */
type Sent<K extends OperationId> =
  Pick<ApiRequest<K>, "signal"> extends ApiRequest<K>
    ? readonly [request?: ApiRequest<K>]
    : readonly [request: ApiRequest<K>];

/** The API, typed by its contract. */
export interface Api {
  /** Rejects with an ApiError, or with the signal's reason where that has been aborted. */
  call<K extends OperationId>(id: K, ...sent: Sent<K>): Promise<ApiAnswer<K>>;
}

export interface ApiOptions {
  readonly operations: OperationTable;
  /** Of the tenant that is looked at. */
  readonly tenantId: () => string | null;
  /** Called when the session has ended. */
  readonly onSignedOut: () => void;
  /** Called with whether an answer came: false when the service can not be reached or is not ready. */
  readonly onReached: (reached: boolean) => void;
}

interface AnyRequest {
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

function addressOf(path: string, { params, query }: AnyRequest, tenantId: string | null): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = params?.[name] ?? (name === "tenantId" ? tenantId : null);
    if (value === null || value === undefined) throw new TypeError(`${name} is missing: ${path}`);
    return encodeURIComponent(value);
  });
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== "") asked.set(name, String(value));
  return `/api/v1${filled}${asked.size > 0 ? `?${asked}` : ""}`;
}

function initOf(method: string, { body, ifMatch, signal }: AnyRequest): RequestInit {
  const headers = new Headers({ accept: "application/json, application/problem+json" });
  const json = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (body !== undefined) headers.set("content-type", json);
  if (ifMatch !== undefined) headers.set("if-match", `"${ifMatch}"`);
  return {
    method,
    headers,
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

const passing: ReadonlySet<number> = new Set([502, 503, 504]);

/** Makes the client. Credentials are the session's cookie, which no script can read. */
export function createApi(options: ApiOptions): Api {
  async function send(address: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(address, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      options.onReached(false);
      throw new ApiError({ code: "OFFLINE", status: 0, detail: String(error) });
    }
  }
  async function call(id: OperationId, request: AnyRequest = {}): Promise<ApiAnswer<OperationId>> {
    const [method, path] = options.operations[id];
    const response = await send(
      addressOf(path, request, options.tenantId()),
      initOf(method, request),
    );
    options.onReached(!passing.has(response.status));
    if (!response.ok) {
      const problem = await problemOf(response);
      if (response.status === 401 && id !== "signIn") options.onSignedOut();
      throw problem;
    }
    const etag = response.headers.get("etag")?.replace(/^(?:W\/)?"(.*)"$/, "$1") ?? null;
    const body = (
      response.status === 204 ? undefined : await response.json()
    ) as ApiAnswer<OperationId>["body"];
    return { body, etag, status: response.status };
  }
  return { call: call as Api["call"] };
}
