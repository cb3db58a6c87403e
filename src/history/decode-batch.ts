import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";

/** What is needed of a codec here. */
export interface Decoder<T> {
  decode(value: Buffer | null): Promise<T>;
  decodeKnown(value: Buffer | null): T | undefined;
}

export interface Decoded<T> {
  readonly values: readonly T[];
  readonly undecodable: number;
  /** Of the first that could not be decoded. */
  readonly firstError: unknown;
}

/**
 * Decodes what can be decoded. `accept` throws for what is decoded and yet can't be used. Rejects with what another try
 * can mend, such as REGISTRY_UNREACHABLE.
 */
export async function decodeBatch<T>(
  records: readonly LogRecord[],
  codec: Decoder<T>,
  accept: (value: T) => void,
): Promise<Decoded<T>> {
  const values: T[] = [];
  let undecodable = 0;
  let firstError: unknown = null;
  for (const { value } of records) {
    try {
      const decoded = codec.decodeKnown(value) ?? (await codec.decode(value));
      accept(decoded);
      values.push(decoded);
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      undecodable += 1;
      firstError ??= error;
    }
  }
  return { values, undecodable, firstError };
}
