import { createHash, randomBytes } from "node:crypto";
import type { AccessRole, Scope } from "../../src/access/principal.ts";
import { apiOf } from "./api-client.ts";
import type { ApiClient } from "./api-client.ts";
import { ownNames } from "./e2e-names.ts";
import type { OwnNames, StackAddress } from "./e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "./e2e-platform.ts";
import type { Platform } from "./e2e-platform.ts";
import { mustRun } from "./e2e-program.ts";
import { startReadyService } from "./e2e-service.ts";
import type { ServiceProcess } from "./e2e-service.ts";

export interface TokenIdea {
  readonly role: AccessRole;
  readonly tenantId?: string;
  readonly scopes?: readonly Scope[];
}

/** A service with all roles, as a process on the real Kafka, whose API answers. Disposing it ends it. */
export interface AdminStage extends AsyncDisposable {
  readonly names: OwnNames;
  readonly platform: Platform;
  readonly service: ServiceProcess;
  /** Of the service's HTTP, without a slash at its end. */
  readonly url: string;
  /** Makes a token as the contract describes it, written past the API; gives its text. */
  token(idea: TokenIdea): Promise<string>;
  /** The API as whoever has this token sees it; without one: as nobody does. */
  api(token?: string): ApiClient;
  /** Resolves once the API takes this token. */
  takes(token: string): Promise<void>;
}

/** An ApiToken by the schema file and docs/access.md alone, and the text that its holder has. */
function newToken({ role, tenantId, scopes = [] }: TokenIdea): { text: string; record: object } {
  const tokenId = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  return {
    text: `onhk_${tokenId}_${secret}`,
    record: {
      tokenId,
      hash: createHash("sha256").update(secret).digest("hex"),
      name: `${role} of a test`,
      role,
      tenantId: tenantId ?? null,
      scopes,
      createdAt: Date.now(),
      createdBy: "command",
      expiresAt: null,
    },
  };
}

/** `settings`: over those of `ownNames`. */
export async function startAdminStage(
  stack: StackAddress,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<AdminStage> {
  const names = ownNames(stack, name, settings);
  await mustRun(["topics", "apply"], { env: names.env });
  const platform = await createPlatform(stack, names.topics);
  const tokenType = avroTypeOf(schemaFile("api-token"));
  const tokenSchema = await platform.register(names.topics.tokens, schemaFile("api-token"));
  const service = await startReadyService(names.env);
  const { port } = await service.line(({ msg }) => msg === "listening");
  const url = `http://127.0.0.1:${Number(port)}`;
  const api = (token?: string): ApiClient => apiOf(url, token);

  async function takes(token: string): Promise<void> {
    while ((await api(token).ask("GET", "/me")).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  return {
    names,
    platform,
    service,
    url,
    api,
    takes,
    async token(idea) {
      const { text, record } = newToken(idea);
      const { tokenId } = record as { readonly tokenId: string };
      const value = wireBytes(tokenSchema, tokenType.toBuffer(record));
      await platform.send(names.topics.tokens, tokenId, value);
      await takes(text);
      return text;
    },
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}
