import { schemaIdOf } from "../../avro/wire-format.ts";
import type { CallSchemas } from "../../cdr/call-schemas.ts";
import { OnhookError } from "../../errors.ts";
import type { FoundCall } from "../../explaining/find-calls.ts";
import type { RecentCall } from "../../history/recent-calls.ts";
import { inSlices } from "../../runtime/slices.ts";

/**
 * Reads calls, of their CDRs the fields that are named or, with null, all, and hands them to `take`, in slices. Those that
 * can't be read are left out. Rejects with what trying again can mend, and when `signal` is aborted.
 */
export async function eachRecent(
  calls: readonly RecentCall[],
  fields: ReadonlySet<string> | null,
  schemas: CallSchemas,
  take: (found: FoundCall) => void,
  signal: AbortSignal,
): Promise<void> {
  const ids = new Set<number>();
  for (const { value } of calls) ids.add(schemaIdOf(value));
  await Promise.all([...ids].map((id) => schemas.load(id)));
  await inSlices(
    calls,
    (record) => {
      const found = read(record, fields, schemas);
      if (found !== null) take(found);
    },
    signal,
  );
}

function read(
  record: RecentCall,
  fields: ReadonlySet<string> | null,
  schemas: CallSchemas,
): FoundCall | null {
  const schema = schemas.peek(schemaIdOf(record.value));
  if (schema === undefined || schema instanceof OnhookError) return null;
  try {
    const call =
      fields === null ? schema.whole(record.value) : schema.scan(record.value).project(fields);
    return { record, call };
  } catch (error) {
    if (error instanceof OnhookError && !error.retryable) return null;
    throw error;
  }
}
