import { InputError, OnhookError } from "../errors.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { TenantLicence } from "../triggers/trigger-table.ts";
import { checkTenant } from "../triggers/tenant.ts";
import type { Tenant } from "../triggers/tenant.ts";
import type { Change } from "./audited-writer.ts";
import { replaceVersion } from "./edit-version.ts";
import { InTurn } from "./in-turn.ts";
import { LastWriters } from "./last-writers.ts";
import type { LaterVersions } from "./later-versions.ts";
import type { Publisher } from "./publisher.ts";

export interface TenantEditorDeps {
  readonly store: Pick<TriggerStore, "licence">;
  readonly later: LaterVersions<Tenant>;
  readonly publisher: Publisher;
  readonly encode: (tenant: Tenant) => Buffer;
}

export interface TenantEdit {
  readonly tenantId: string;
  readonly ifMatch: string | null;
  /** Only where there is no licence yet. */
  readonly onlyNew: boolean;
  readonly by: Change["by"];
}

const tagOf = ({ offset }: TenantLicence): string => String(offset);

/** Changes licences for people, as TriggerEditor does triggers. */
export class TenantEditor {
  readonly #deps: TenantEditorDeps;
  readonly #turns = new InTurn();
  readonly #writers = new LastWriters();

  constructor(deps: TenantEditorDeps) {
    this.#deps = deps;
  }

  /** What stands for the licence's version; undefined: there is none. */
  tagOf(tenantId: string): string | undefined {
    const licence = this.#deps.store.licence(tenantId);
    return licence && tagOf(licence);
  }

  /** Rejects with TENANT_INVALID, PRECONDITION_REQUIRED, TENANT_CHANGED, and as a Publisher does. */
  async write(edit: TenantEdit, given: Readonly<Record<string, unknown>>): Promise<void> {
    const checked = checkTenant({ ...given, tenantId: edit.tenantId });
    if (!checked.ok) throw new InputError("TENANT_INVALID", checked.problems);
    await this.#replace(edit, () => checked.tenant, "tenant.written");
  }

  /** Rejects with NOT_FOUND, and as `write`. */
  async delete(edit: TenantEdit): Promise<void> {
    await this.#replace(
      edit,
      (licence) => {
        if (licence === undefined) throw new OnhookError("NOT_FOUND");
        return null;
      },
      "tenant.deleted",
    );
  }

  #requireMatch({ ifMatch, onlyNew }: TenantEdit, licence: TenantLicence | undefined): void {
    const etag = licence && tagOf(licence);
    if (etag === undefined) {
      if (ifMatch !== null) throw new OnhookError("TENANT_CHANGED", { by: "" });
      return;
    }
    if (ifMatch === null && !onlyNew) throw new OnhookError("PRECONDITION_REQUIRED");
    if (onlyNew || (ifMatch !== "*" && ifMatch !== etag))
      throw new OnhookError("TENANT_CHANGED", { etag, by: this.#writers.told(etag) });
  }

  async #replace(
    edit: TenantEdit,
    made: (licence: TenantLicence | undefined) => Tenant | null,
    action: "tenant.written" | "tenant.deleted",
  ): Promise<void> {
    const { store, later, publisher, encode } = this.#deps;
    const { tenantId, by } = edit;
    await this.#turns.do(tenantId, async () => {
      using _ = later.watch(tenantId);
      const licence = store.licence(tenantId);
      const version = made(licence);
      this.#requireMatch(edit, licence);
      let told: Omit<Change, "by" | "tenantId"> = { action };
      const publish = async (each: Tenant | null): Promise<number> => {
        const change = { ...told, by, tenantId };
        const offset = await publisher.publish("tenants", tenantId, each && encode(each), change);
        told = { action: "tenant.written", subject: "restored" };
        this.#writers.note(String(offset), by.name);
        return offset;
      };
      const between = (after: number, before: number) => later.between(tenantId, after, before);
      const seen = licence?.offset ?? -1;
      const { isAlone } = await replaceVersion<Tenant>({ between, publish }, seen, version);
      if (isAlone) return;
      const etag = this.tagOf(tenantId);
      throw new OnhookError("TENANT_CHANGED", { by: "", ...(etag !== undefined && { etag }) });
    });
  }
}
