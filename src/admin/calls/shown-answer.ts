import type { HttpResult } from "../../delivery/http-request.ts";
import { valueMask } from "../../secrets/masks.ts";
import type { TestSend } from "../contract/calls.ts";

type Told = Pick<TestSend, "outcome" | "reason" | "error" | "answer" | "durationMs">;

/** Headers that are what somebody signs in by, or may be. */
const secretHeader = /cookie|auth|token|secret|session|signature|credential|password|api-?key/;

/** Headers whose values say nothing of the request. */
const plainHeaders: ReadonlySet<string> = new Set([
  "content-type",
  "content-length",
  "content-encoding",
  "date",
  "retry-after",
  "connection",
  "transfer-encoding",
]);

const mostHeaders = 100;
const longestValue = 1000;

/** Control characters but for tabs and line ends, and those that turn the direction of writing. */
const harmful = /(?![\t\n\r])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text that can do no harm where it is shown; what is no UTF-8 becomes the replacement character. */
export function harmlessText(bytes: Buffer): string {
  return bytes.toString("utf8").replaceAll(harmful, "\ufffd");
}

/** Header values come as latin1, one character a byte. */
function headerText(value: string): string {
  return harmlessText(Buffer.from(value.slice(0, longestValue), "latin1"));
}

function shownHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  isWithheld: boolean,
): { name: string; value: string }[] {
  const each = Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => ({ name, value })),
  );
  return each.slice(0, mostHeaders).map(({ name, value }) => {
    const isMasked = secretHeader.test(name) || (isWithheld && !plainHeaders.has(name));
    return { name: headerText(name), value: isMasked ? valueMask : headerText(value) };
  });
}

/** Replaces what a receiver repeats of the credentials that it was sent. */
function without(secrets: readonly string[], text: string): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, valueMask), text);
}

export interface ShownHow {
  /** The answer may repeat what must not be seen: of its body nothing is told, of its headers the names. */
  readonly isWithheld: boolean;
  /** What was sent as credentials: masked wherever the answer has it. */
  readonly secrets: readonly string[];
}

/**
 * What came of a test request, as it may be shown. Refused addresses are told alike, whatever is behind them; that a name
 * is not known is told apart from them, as it is of deliveries: who has mistyped a name must learn of it.
 */
export function toldResult(result: HttpResult, { isWithheld, secrets }: ShownHow): Told {
  if (result.kind === "failure") {
    const { reason, message, durationMs } = result;
    return { outcome: "failed", reason, error: message, answer: null, durationMs };
  }
  const { status, durationMs, shown } = result;
  const headers = shownHeaders(shown?.headers ?? {}, isWithheld).map(({ name, value }) => ({
    name,
    value: without(secrets, value),
  }));
  const body = isWithheld ? null : without(secrets, harmlessText(shown?.body ?? Buffer.alloc(0)));
  const answer = { status, headers, body, truncated: shown?.isWhole === false };
  return { outcome: "answered", reason: null, error: null, answer, durationMs };
}
