import { OnhookError } from "../errors.ts";
import { avroTree } from "../avro/avro-tree.ts";
import type { AvroField, AvroRecord, AvroTree } from "../avro/avro-tree.ts";

/** The schema of a CallEnded, with the parts that Onhook relies on. */
export interface CallTree {
  readonly fields: readonly AvroField[];
  readonly cdr: AvroRecord;
}

function unusable(problem: string): OnhookError {
  return new OnhookError("CALL_SCHEMA_UNUSABLE", { problem });
}

function parsed(avro: unknown): AvroTree {
  try {
    return avroTree(avro);
  } catch (cause) {
    if (!(cause instanceof OnhookError)) throw cause;
    throw new OnhookError(
      "CALL_SCHEMA_UNUSABLE",
      { problem: String(cause.details["problem"]) },
      { cause },
    );
  }
}

function fieldOf(record: AvroRecord, name: string): AvroTree | undefined {
  return record.fields.find((field) => field.name === name)?.type;
}

function isTextOrNull(tree: AvroTree): boolean {
  const kinds = tree.kind === "union" ? tree.branches.map((branch) => branch.kind) : [tree.kind];
  return kinds.every((kind) => kind === "string" || kind === "null");
}

/**
 * Reads a writer's schema as one of CallEnded: a record with text `tenantId` and a record `cdr` with text `id`. The
 * call's own `id` may be missing; whatever else there is may have any type.
 * Throws CALL_SCHEMA_UNUSABLE, naming the problem, when it is none.
 */
export function callTree(avro: unknown): CallTree {
  const call = parsed(avro);
  if (call.kind !== "record") throw unusable("it is not a record");
  if (fieldOf(call, "tenantId")?.kind !== "string") throw unusable("tenantId is not text");
  const id = fieldOf(call, "id");
  if (id !== undefined && !isTextOrNull(id)) throw unusable("id is neither text nor null");
  const cdr = fieldOf(call, "cdr");
  if (cdr?.kind !== "record") throw unusable("cdr is not a record");
  if (fieldOf(cdr, "id")?.kind !== "string") throw unusable("cdr.id is not text");
  return { fields: call.fields, cdr };
}
