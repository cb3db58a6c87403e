import type { z } from "zod";
import type { Scope } from "../../access/principal.ts";

/** Who may ask: anybody, whoever is signed in, or whoever has a scope. */
export type Access = "anybody" | "signed-in" | Scope;

/** What the answers carry besides their body, and requests have to bring. */
export type Versioning =
  /** Answers carry an ETag. */
  | "tagged"
  /** It changes what has an ETag: If-Match is obeyed, and required where it replaces or deletes. */
  | "conditional"
  | "none";

/** One operation of the API, as data: the server, the OpenAPI document, the portal and the matrix of rights are made of it. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below /api/v1. One with `:tenantId` is about that tenant: for others than its own people it does not exist. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly tag:
    | "triggers"
    | "calls"
    | "deliveries"
    | "replays"
    | "tenants"
    | "tokens"
    | "session"
    | "changes";
  readonly versioning: Versioning;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Of the success; 204 has no body. */
  readonly status: 200 | 201 | 202 | 204;
  readonly answer?: z.ZodType;
}

type Parsed<O, K extends string> = O extends { readonly [key in K]: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;

/** What a handler is given. */
export interface Input<O> {
  readonly params: Parsed<O, "params">;
  readonly query: Parsed<O, "query">;
  readonly body: Parsed<O, "body">;
}

/** What it answers with. */
export type Answer<O> = O extends { readonly answer: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;

/** What a client sends: defaults may be left out. */
export type SentQuery<O> = O extends { readonly query: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;
export type SentBody<O> = O extends { readonly body: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;
export type Received<O> = O extends { readonly answer: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;
