import { OnhookError } from "../errors.ts";
import type { ChangeAction } from "../history/change-record.ts";
import type { Clock } from "../runtime/clock.ts";
import { newSigningSecret } from "../secrets/signing-secret.ts";
import type { TriggerState } from "../triggers/trigger-table.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { Change } from "./audited-writer.ts";
import { changedProperties } from "./changed-properties.ts";
import { changedSecrets } from "./changed-secrets.ts";
import type { SecretChange } from "./changed-secrets.ts";
import { editVersion, replaceVersion } from "./edit-version.ts";
import { InTurn } from "./in-turn.ts";
import { LastWriters } from "./last-writers.ts";
import type { LaterVersions } from "./later-versions.ts";
import { requireRoom, watchStanding } from "./licence-room.ts";
import type { Standing } from "./licence-room.ts";
import { ownTrigger } from "./own-trigger.ts";
import type { Publisher } from "./publisher.ts";
import { savedId } from "./saved-id.ts";
import type { FileTrigger, TriggerChecker } from "./trigger-checker.ts";
import { triggerTag } from "./trigger-tag.ts";

type By = Change["by"];

/** As much of the store as an editor asks. */
export type EditedStore = Pick<
  TriggerStore,
  "trigger" | "refused" | "origin" | "countsOf" | "licence"
>;

export interface TriggerEditorDeps {
  readonly store: EditedStore;
  readonly later: LaterVersions<Trigger>;
  readonly publisher: Publisher;
  readonly encode: (trigger: Trigger) => Buffer;
  readonly checker: TriggerChecker;
  readonly clock: Clock;
}

/** Which trigger, whose version it is meant for, and who asks. */
export interface Edit {
  readonly tenantId: string;
  readonly triggerId: string;
  /** The tag that the change is meant for; `*`: any; null: none was named. */
  readonly ifMatch: string | null;
  readonly by: By;
}

/**
 * Changes triggers for people, one change of a trigger at a time. What others write past it at the same time is found
 * afterwards, written again where it was overwritten, and told as TRIGGER_CHANGED.
 */
export class TriggerEditor {
  readonly #deps: TriggerEditorDeps;
  readonly #turns = new InTurn();
  readonly #writers = new LastWriters();

  constructor(deps: TriggerEditorDeps) {
    this.#deps = deps;
  }

  /** Throws NOT_FOUND where the tenant has no such trigger, whoever else has one. */
  own(tenantId: string, written: string): TriggerState {
    return ownTrigger(this.#deps.store, tenantId, written);
  }

  /**
   * Creates one; `generateSecret` has a signing secret made for it. Rejects with TRIGGER_INVALID, TRIGGER_EXISTS,
   * LICENCE_EXCEEDED, and as a Publisher does.
   */
  async create(
    tenantId: string,
    given: FileTrigger,
    generateSecret: boolean,
    by: By,
  ): Promise<{ readonly state: TriggerState; readonly secret: string | null }> {
    const { store, checker, later } = this.#deps;
    const checked = await checker.check({ ...given, tenantId }, undefined);
    const secret = generateSecret ? newSigningSecret("hmac") : null;
    const trigger = secret === null ? checked : withSecret(checked, secret, this.#deps.clock);
    const triggerId = savedId(store, trigger.triggerId);
    // One tenant's creations one by one: so none is taken back for another of this process.
    return await this.#turns.do(`tenant ${tenantId}`, () =>
      this.#turns.do(triggerId, async () => {
        using standing = watchStanding(later, store, { tenantId, triggerId });
        if (store.trigger(triggerId) !== undefined || this.#isForeign(tenantId, triggerId))
          throw new OnhookError("TRIGGER_EXISTS");
        requireRoom(store, tenantId);
        await this.#create({ ...trigger, triggerId }, standing, by);
        return { state: this.own(tenantId, triggerId), secret };
      }),
    );
  }

  /**
   * Writes what `make` makes of the saved version. Rejects with NOT_FOUND, PRECONDITION_REQUIRED, TRIGGER_CHANGED,
   * TRIGGER_INVALID, and as a Publisher does.
   */
  async rewrite(edit: Edit, make: (saved: Trigger) => FileTrigger): Promise<TriggerState> {
    const { checker } = this.#deps;
    return await this.#matched(edit, async (state) => {
      const { triggerId, tenantId } = state.trigger;
      const given = { ...make(state.trigger), triggerId, tenantId };
      const trigger = await checker.check(given, state.trigger);
      const properties = changedProperties(state.trigger, trigger);
      await this.#over({ ...edit, triggerId }, state, trigger, {
        action: "trigger.replaced",
        properties,
      });
      return this.own(tenantId, triggerId);
    });
  }

  /** Rejects as `rewrite`. */
  async delete(edit: Edit): Promise<void> {
    await this.#matched(edit, (state) =>
      this.#over({ ...edit, triggerId: state.trigger.triggerId }, state, null, {
        action: "trigger.deleted",
      }),
    );
  }

  /** Switches it on or off; does nothing where it is so already. Rejects with NOT_FOUND, TRIGGER_REFUSED_NEWER, TRIGGER_CHANGED. */
  async setEnabled(edit: Edit, enabled: boolean): Promise<TriggerState> {
    const action = enabled ? "trigger.enabled" : "trigger.disabled";
    return await this.#edit(edit, { action, properties: ["enabled"] }, (trigger) =>
      trigger.enabled === enabled ? null : { ...trigger, enabled, disabledReason: null },
    );
  }

  /** Changes its signing secrets. Rejects as `setEnabled`, and with SECRETS_FULL. */
  async changeSecrets(edit: Edit, change: SecretChange): Promise<TriggerState> {
    const action = change.added === null ? "trigger.old-secrets-dropped" : "trigger.secret-rotated";
    return await this.#edit(edit, { action, properties: ["action.secrets"] }, (trigger) => ({
      ...trigger,
      action: changedSecrets(trigger, change, this.#deps.clock.now()),
    }));
  }

  /** What stands for the version that is shown. */
  tagOf(state: TriggerState): string {
    return triggerTag(state, this.#deps.store.refused(state.trigger.triggerId));
  }

  /** An event of another tenant's that was refused holds the id all the same: it may be taken by a later schema. */
  #isForeign(tenantId: string, triggerId: string): boolean {
    const refused = this.#deps.store.refused(triggerId);
    return refused !== undefined && refused.tenantId !== tenantId;
  }

  /** Takes it back where others, of other processes, stand before it in the topic and have left it no room. */
  async #create(trigger: Trigger, standing: Standing, by: By): Promise<void> {
    const { triggerId, tenantId } = trigger;
    const of = { tenantId, triggerId, by };
    const properties = changedProperties(undefined, trigger);
    const change = { action: "trigger.created", properties } as const;
    const { at, isAlone } = await this.#replace(of, -1, trigger, change);
    if (!isAlone) throw new OnhookError("TRIGGER_EXISTS");
    const before = standing.before(at);
    if (before === undefined) return;
    try {
      requireRoom(this.#deps.store, tenantId, before);
    } catch (error) {
      await this.#takeBack(of, at);
      throw error;
    }
  }

  /** What others have written of the same id after it stands again. Rejects with CONFIG_IN_DOUBT. */
  async #takeBack(created: Pick<Edit, "tenantId" | "triggerId" | "by">, at: number): Promise<void> {
    const change = { action: "trigger.deleted", subject: "licence" } as const;
    try {
      await this.#replace(created, at, null, change);
    } catch (error) {
      if (!(error instanceof OnhookError)) throw error;
      // It is written. What came in between can't be known before this process reads on.
      if (error.code === "CONFIG_UNCONFIRMED") return;
      // That nothing was changed would be true of the deletion alone.
      const topic = String(error.details["topic"]);
      throw new OnhookError("CONFIG_IN_DOUBT", { topic }, { cause: error });
    }
  }

  #requireMatch(state: TriggerState, ifMatch: string | null): void {
    const etag = this.tagOf(state);
    if (ifMatch === null || ifMatch === "*" || ifMatch === etag) return;
    throw new OnhookError("TRIGGER_CHANGED", { etag, by: this.#writers.told(etag) });
  }

  /** Does it with the version that the edit is meant for, while nobody else of this process changes it. */
  async #matched<T>(edit: Edit, work: (state: TriggerState) => Promise<T>): Promise<T> {
    const { tenantId, ifMatch } = edit;
    const { triggerId } = this.own(tenantId, edit.triggerId).trigger;
    return await this.#turns.do(triggerId, async () => {
      using _ = this.#deps.later.watch(triggerId);
      const state = this.own(tenantId, triggerId);
      if (ifMatch === null) throw new OnhookError("PRECONDITION_REQUIRED");
      this.#requireMatch(state, ifMatch);
      return await work(state);
    });
  }

  async #over(
    edit: Edit,
    state: TriggerState,
    version: Trigger | null,
    change: { readonly action: ChangeAction; readonly properties?: readonly string[] },
  ): Promise<void> {
    if ((await this.#replace(edit, state.offset, version, change)).isAlone) return;
    const { store } = this.#deps;
    const standing = store.trigger(edit.triggerId);
    const etag = standing && triggerTag(standing, store.refused(edit.triggerId));
    throw new OnhookError("TRIGGER_CHANGED", { by: "", ...(etag !== undefined && { etag }) });
  }

  async #edit(
    edit: Edit,
    told: { readonly action: ChangeAction; readonly properties: readonly string[] },
    change: (trigger: Trigger) => Trigger | null,
  ): Promise<TriggerState> {
    const { store, later } = this.#deps;
    const { tenantId } = edit;
    const { triggerId } = this.own(tenantId, edit.triggerId).trigger;
    return await this.#turns.do(triggerId, async () => {
      using _ = later.watch(triggerId);
      this.#requireMatch(this.own(tenantId, triggerId), edit.ifMatch);
      const refused = store.refused(triggerId);
      if (refused !== undefined)
        throw new OnhookError("TRIGGER_REFUSED_NEWER", { triggerId, offset: refused.offset });
      await editVersion<Trigger>(
        {
          newest: () => {
            const state = store.trigger(triggerId);
            return state && { offset: state.offset, version: state.trigger };
          },
          between: (after, before) => later.between(triggerId, after, before),
          publish: (trigger) => this.#publish({ ...edit, triggerId }, trigger, told),
        },
        change,
      );
      return this.own(tenantId, triggerId);
    });
  }

  async #replace(
    edit: Pick<Edit, "tenantId" | "triggerId" | "by">,
    seen: number,
    version: Trigger | null,
    change: Pick<Change, "action" | "subject" | "properties">,
  ): ReturnType<typeof replaceVersion<Trigger>> {
    const { triggerId } = edit;
    let told: Omit<Change, "by" | "tenantId"> = change;
    return await replaceVersion<Trigger>(
      {
        between: (after, before) => this.#deps.later.between(triggerId, after, before),
        publish: async (each) => {
          const offset = await this.#publish(edit, each, told);
          // Whatever is written after the first is what somebody else had written.
          told = { action: "trigger.replaced", subject: "restored" };
          return offset;
        },
      },
      seen,
      version,
    );
  }

  async #publish(
    { tenantId, triggerId, by }: Pick<Edit, "tenantId" | "triggerId" | "by">,
    trigger: Trigger | null,
    told: Omit<Change, "by" | "tenantId">,
  ): Promise<number> {
    const { publisher, encode } = this.#deps;
    const change = { ...told, by, tenantId, triggerId };
    const value = trigger && encode(trigger);
    const offset = await publisher.publish("triggers", triggerId, value, change);
    this.#writers.note(String(offset), by.name);
    return offset;
  }
}

/** In front of those that it brings, which sign besides. Throws SECRETS_FULL. */
function withSecret(trigger: Trigger, added: string, clock: Clock): Trigger {
  const change = { added, old: "kept", oldUntil: trigger.action.oldSecretsUntil } as const;
  return { ...trigger, action: changedSecrets(trigger, change, clock.now()) };
}
