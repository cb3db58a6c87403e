import { ByteCursor, MalformedBytes } from "../avro/byte-cursor.ts";
import type { Action, Auth, Condition, Trigger } from "./trigger.ts";

// A trigger in Avro, as `schemas/trigger.avsc` has it, field by field: what the topic holds can be kept as it is, and be
// read again whenever it is needed. A test holds both functions against the schema.

function listOf<T>(cursor: ByteCursor, item: (cursor: ByteCursor) => T): T[] {
  const list: T[] = [];
  for (let count = cursor.block(); count > 0; count = cursor.block())
    for (; count > 0; count -= 1) list.push(item(cursor));
  return list;
}

const text = (cursor: ByteCursor): string => cursor.text();

function pairsOf(cursor: ByteCursor): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (let count = cursor.block(); count > 0; count = cursor.block())
    for (; count > 0; count -= 1) {
      const name = cursor.text();
      // No trigger has it, and an assignment would take it for the prototype.
      if (name === "__proto__") throw new MalformedBytes("a name is __proto__");
      pairs[name] = cursor.text();
    }
  return pairs;
}

/** The branch of a union of null and one other type. */
function isThere(cursor: ByteCursor): boolean {
  const branch = cursor.int();
  if (branch !== 0 && branch !== 1) throw new MalformedBytes("a union has no such branch");
  return branch === 1;
}

function conditionOf(cursor: ByteCursor): Condition {
  return {
    field: cursor.text(),
    op: cursor.text() as Condition["op"],
    values: listOf(cursor, text),
    ignoreCase: cursor.boolean(),
  };
}

function authOf(cursor: ByteCursor): Auth {
  return {
    scheme: cursor.text() as Auth["scheme"],
    username: isThere(cursor) ? cursor.text() : null,
    secret: cursor.text(),
  };
}

function actionOf(cursor: ByteCursor): Action {
  return {
    url: cursor.text(),
    method: cursor.text() as Action["method"],
    format: cursor.text() as Action["format"],
    customData: pairsOf(cursor),
    retries: cursor.int(),
    secrets: listOf(cursor, text),
    oldSecretsUntil: isThere(cursor) ? (cursor.long() as number) : null,
    headers: pairsOf(cursor),
    auth: isThere(cursor) ? authOf(cursor) : null,
  };
}

const mostGlanced = 2 ** 52;

/** Cuts texts out of one that all bytes are made into, a character each: a fraction of the work of decoding each. */
class GlanceCursor extends ByteCursor {
  readonly #all: string;

  constructor(bytes: Buffer) {
    super(bytes, 0);
    this.#all = bytes.toString("latin1");
  }

  /** What avsc may refuse, which has longs of nearly 53 bits, is for the codec to judge. */
  override long(): number {
    const value = super.long();
    if (value > mostGlanced || value < -mostGlanced)
      throw new MalformedBytes("a number is too large to be told at a glance");
    return value as number;
  }

  override text(): string {
    const length = this.length();
    const start = this.advance(length);
    return this.#all.slice(start, start + length);
  }
}

/**
 * Reads the Avro body of a trigger; what it says is not checked: a text may be any, a long of over 53 bits is a bigint.
 * Throws MalformedBytes.
 */
export function readTrigger(bytes: Buffer): Trigger {
  return readFrom(new ByteCursor(bytes, 0));
}

/**
 * The same, in half the time, but for texts that are not ASCII: each of their bytes stands for one character. Who keeps one
 * of its texts keeps all of them. Throws MalformedBytes for bytes that the codec refuses, and for times that are far beyond any.
 */
export function glanceAtTrigger(bytes: Buffer): Trigger {
  return readFrom(new GlanceCursor(bytes));
}

function readFrom(cursor: ByteCursor): Trigger {
  const trigger: Trigger = {
    triggerId: cursor.text(),
    tenantId: cursor.text(),
    name: cursor.text(),
    enabled: cursor.boolean(),
    disabledReason: isThere(cursor) ? cursor.text() : null,
    createdAt: isThere(cursor) ? (cursor.long() as number) : null,
    filters: listOf(cursor, conditionOf),
    action: actionOf(cursor),
  };
  cursor.atEnd();
  return trigger;
}

/** Puts Avro together piece by piece. */
class Pieces {
  readonly #pieces: Buffer[] = [];

  long(value: number): this {
    // In 64 bits, the sign in the lowest: -1 is 1, 1 is 2.
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    const bytes: number[] = [];
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) + 0x80);
    this.#pieces.push(Buffer.from([...bytes, Number(rest)]));
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    this.long(bytes.length).#pieces.push(bytes);
    return this;
  }

  boolean(value: boolean): this {
    this.#pieces.push(Buffer.from([value ? 1 : 0]));
    return this;
  }

  list<T>(items: readonly T[], each: (item: T) => unknown): this {
    if (items.length > 0) this.long(items.length);
    for (const item of items) each(item);
    return this.long(0);
  }

  pairs(pairs: Readonly<Record<string, string>>): this {
    return this.list(Object.entries(pairs), ([name, value]) => this.text(name).text(value));
  }

  optional<T>(value: T | null, each: (value: T) => unknown): this {
    this.long(value === null ? 0 : 1);
    if (value !== null) each(value);
    return this;
  }

  together(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** The Avro body of a trigger that `checkTrigger` has passed. */
export function writeTrigger(trigger: Trigger): Buffer {
  const { action } = trigger;
  const to = new Pieces();
  to.text(trigger.triggerId).text(trigger.tenantId).text(trigger.name).boolean(trigger.enabled);
  to.optional(trigger.disabledReason, (reason) => to.text(reason));
  to.optional(trigger.createdAt, (at) => to.long(at));
  to.list(trigger.filters, ({ field, op, values, ignoreCase }) =>
    to
      .text(field)
      .text(op)
      .list(values, (value) => to.text(value))
      .boolean(ignoreCase),
  );
  to.text(action.url).text(action.method).text(action.format).pairs(action.customData);
  to.long(action.retries).list(action.secrets, (secret) => to.text(secret));
  to.optional(action.oldSecretsUntil, (until) => to.long(until)).pairs(action.headers);
  to.optional(action.auth, ({ scheme, username, secret }) =>
    to
      .text(scheme)
      .optional(username, (name) => to.text(name))
      .text(secret),
  );
  return to.together();
}
