import { avroType } from "./avro-type.ts";

/** A version of a subject that is registered already. */
export interface FormerSchema {
  readonly version: number;
  readonly schema: unknown;
}

/** Why values written by `writer` can't be read by `reader`, in words; null where they can. */
function unreadable(reader: unknown, writer: unknown): string | null {
  const [readerType, writerType] = [avroType(reader), avroType(writer)];
  try {
    readerType.createResolver(writerType);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Why a schema must not follow those that are registered, in words; null where it may. Records of any of them may still
 * be kept, so it has to read them all; and while processes are replaced one by one, those of the version before read what
 * the new ones write, so the newest has to read it. Whatever rule the registry was given: it may know none, or a weaker one.
 * Throws AVRO_SCHEMA where one of them is none.
 */
export function evolutionProblem(next: unknown, former: readonly FormerSchema[]): string | null {
  for (const { version, schema } of former) {
    const problem = unreadable(next, schema);
    if (problem !== null) return `records of version ${version} could not be read: ${problem}`;
  }
  const newest = former.at(-1);
  if (newest === undefined) return null;
  const problem = unreadable(newest.schema, next);
  return problem === null
    ? null
    : `processes that know version ${newest.version} could not read its records: ${problem}`;
}
