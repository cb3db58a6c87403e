import { parentPort, workerData } from "node:worker_threads";
import { OnhookError } from "../errors.ts";
import { clearPlace, isDamage } from "./database-file.ts";
import { HistoryReader } from "./history-reader.ts";
import { HistoryWriter } from "./history-writer.ts";
import type { ThreadAnswer, ThreadFailure, ThreadOrder, ThreadRequest } from "./thread-messages.ts";

// The entry of a thread: it answers one request after the other. SQLite is asked here because it answers while its caller
// waits, for as long as a disk may take.

type Handler = (...given: readonly unknown[]) => unknown;

const order = workerData as ThreadOrder;
let connection: HistoryWriter | HistoryReader | null = null;

function connected(): HistoryWriter | HistoryReader {
  connection ??= order.role === "write" ? new HistoryWriter(order) : new HistoryReader(order.file);
  return connection;
}

function answer({ method, given }: ThreadRequest): unknown {
  if (method === "close") {
    connection?.close();
    connection = null;
    return null;
  }
  if (method === "clearPlace") return clearPlace(order.file, given[0] === true);
  const at = connected();
  if (method === "open") return at instanceof HistoryWriter ? at.opened : null;
  return (at as unknown as Readonly<Record<string, Handler>>)[method]?.(...given);
}

function failureOf(error: unknown): ThreadFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof OnhookError ? error.code : null;
  return { message, code, isDamage: isDamage(error) };
}

parentPort?.on("message", (request: ThreadRequest) => {
  const { number } = request;
  let told: ThreadAnswer;
  try {
    told = { number, result: answer(request) };
  } catch (error) {
    told = { number, failure: failureOf(error) };
  }
  parentPort?.postMessage(told);
});
