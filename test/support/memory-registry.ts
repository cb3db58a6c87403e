import { OnhookError } from "../../src/errors.ts";

interface Registered {
  readonly id: number;
  readonly version: number;
  readonly schema: unknown;
}

/** A schema registry without a network. It does not judge compatibility. */
export class MemoryRegistry {
  readonly #ids = new Map<string, number>();
  readonly #schemas: unknown[] = [];
  readonly #subjects = new Map<string, Registered[]>();
  /** While it is away every question is answered with REGISTRY_UNREACHABLE. */
  away = false;

  async register(subject: string, schema: unknown): Promise<number> {
    this.#assertHere();
    const versions = this.#subjects.get(subject) ?? [];
    this.#subjects.set(subject, versions);
    const id = this.#idOf(schema);
    if (!versions.some((each) => each.id === id))
      versions.push({ id, version: versions.length + 1, schema });
    return id;
  }

  async get(id: number): Promise<unknown> {
    this.#assertHere();
    const schema = this.#schemas[id - 1];
    if (schema === undefined) throw new OnhookError("SCHEMA_UNKNOWN", { schemaId: id });
    return schema;
  }

  async latest(subject: string): Promise<Registered | null> {
    this.#assertHere();
    return this.#subjects.get(subject)?.at(-1) ?? null;
  }

  async lookUp(subject: string, schema: unknown): Promise<number | null> {
    this.#assertHere();
    const text = JSON.stringify(schema);
    const found = this.#subjects.get(subject)?.find((each) => JSON.stringify(each.schema) === text);
    return found?.id ?? null;
  }

  #idOf(schema: unknown): number {
    const text = JSON.stringify(schema);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#schemas.push(schema);
    this.#ids.set(text, id);
    return id;
  }

  #assertHere(): void {
    if (this.away)
      throw new OnhookError("REGISTRY_UNREACHABLE", { url: "memory", problem: "away" });
  }
}
