import { createFieldCatalog } from "../cdr/field-catalog.ts";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";

/** Port: the newest schema of calls that the registry has. */
export interface LatestCallSchema {
  /** Null where none is registered yet. Rejects when the registry can't be asked or its schema is no call's. */
  latest(): Promise<{ readonly id: number; readonly schema: unknown } | null>;
}

/** The fields that conditions may name, kept up with the registry. */
export interface CatalogWatch extends Service {
  /** The catalog of the newest schema; the one that Onhook ships where the registry has none. Rejects as `latest` does. */
  load(): Promise<FieldCatalog>;
  /**
   * Looks now, or lets `run` look half a second after the last time: a flood of bad triggers must not become one of
   * look-ups. Tells `changed` of a new schema. Never rejects: the source tells its own failures, and the next look comes.
   */
  refresh(): Promise<void>;
  /**
   * Resolves when a look that began after this call was answered and `changed` was told; looks half a second after the
   * last time at the soonest. A newest schema that is of no use to anybody counts as an answer. Rejects as `latest` does.
   */
  confirm(): Promise<void>;
  onChange(changed: (catalog: FieldCatalog) => void): void;
}

export interface CatalogWatchOptions {
  readonly source: LatestCallSchema;
  /** The schema that Onhook ships. */
  readonly shipped: unknown;
  readonly refreshMs: number;
  readonly clock: Clock;
}

/** Half of what a trigger may take to be in effect, one on a field of a schema that is as new included. */
const leastMs = 500;

interface Known {
  readonly schemaId: number;
  readonly catalog: FieldCatalog;
}

class RegistryWatch implements CatalogWatch {
  readonly name = "catalog";
  readonly #options: CatalogWatchOptions;
  #known: Known | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looks = 0;
  /** The look whose answer is in force: a slow one must not bring back what a later one has replaced. */
  #answered = 0;
  #confirming: Promise<void> | null = null;
  #tell: (catalog: FieldCatalog) => void = () => undefined;
  /** Whether somebody asked for a look too soon after the last one: it must come as soon as it may. */
  #tooSoon = false;
  #lookSoon: () => void = () => undefined;

  constructor(options: CatalogWatchOptions) {
    this.#options = options;
  }

  async load(): Promise<FieldCatalog> {
    return this.#lookAndTell();
  }

  async refresh(): Promise<void> {
    if (this.#options.clock.now() - this.#lookedAt >= leastMs) {
      await this.#lookQuietly();
      return;
    }
    this.#tooSoon = true;
    this.#lookSoon();
  }

  confirm(): Promise<void> {
    this.#confirming ??= this.#confirm();
    return this.#confirming;
  }

  onChange(changed: (catalog: FieldCatalog) => void): void {
    this.#tell = changed;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#untilDue(stop);
      if (!stop.aborted) await this.#lookQuietly();
    }
  }

  async #confirm(): Promise<void> {
    const { clock } = this.#options;
    await pause(clock, this.#lookedAt + leastMs - clock.now());
    // Who asks from here on asks for a later look than this one.
    this.#confirming = null;
    try {
      await this.#lookAndTell();
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
    }
  }

  /** The newest catalog; `changed` is told when it is another than the first. */
  async #lookAndTell(): Promise<FieldCatalog> {
    const { source, shipped, clock } = this.#options;
    this.#tooSoon = false;
    this.#lookedAt = clock.now();
    this.#looks += 1;
    const look = this.#looks;
    const found = await source.latest();
    const schemaId = found?.id ?? 0;
    const known = this.#known;
    if (known !== null && (look < this.#answered || schemaId === known.schemaId))
      return known.catalog;
    const catalog = createFieldCatalog(found?.schema ?? shipped);
    this.#known = { schemaId, catalog };
    this.#answered = look;
    if (known !== null) this.#tell(catalog);
    return catalog;
  }

  async #lookQuietly(): Promise<void> {
    try {
      await this.#lookAndTell();
    } catch {
      // Told by the source; the catalog that is in force stays.
    }
  }

  /** Ends when the next look is due: `refreshMs` after the last, or `leastMs` where somebody asked before that. */
  async #untilDue(stop: AbortSignal): Promise<void> {
    const { clock, refreshMs } = this.#options;
    const asked = new AbortController();
    this.#lookSoon = () => asked.abort();
    if (!this.#tooSoon) await pause(clock, refreshMs, AbortSignal.any([stop, asked.signal]));
    await pause(clock, this.#lookedAt + leastMs - clock.now(), stop);
  }
}

export function createCatalogWatch(options: CatalogWatchOptions): CatalogWatch {
  return new RegistryWatch(options);
}
