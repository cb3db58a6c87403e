import type { PostOrder } from "./raw-post.ts";
import type { ReadOrder } from "./raw-read.ts";
import type { TripOrder } from "./raw-trip.ts";
import type { WriteOrder } from "./raw-write.ts";

/** The first message to a worker: what it is. Receivers take further ones; all else does its order and is done. */
export type WorkerTask =
  | { readonly task: "read"; readonly order: ReadOrder }
  | { readonly task: "write"; readonly order: WriteOrder }
  | { readonly task: "trips"; readonly order: TripOrder }
  | { readonly task: "post"; readonly order: PostOrder }
  | { readonly task: "sink" }
  | { readonly task: "receiver"; readonly keepsIds: boolean };

/** What a worker says to each message. */
export type WorkerAnswer = { readonly done: unknown } | { readonly failed: string };

/** A server in a worker. */
export interface WorkerServer {
  readonly port: number;
  /** Does what a message says and gives the answer to it. */
  hear(message: unknown): unknown;
}
