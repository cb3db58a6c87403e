import { rawPost } from "./raw-post.ts";
import { rawRead } from "./raw-read.ts";
import { rawTrips } from "./raw-trip.ts";
import { rawWrite } from "./raw-write.ts";
import { startReceiver } from "./receiver.ts";
import { startSink } from "./sink.ts";
import type { WorkerAnswer, WorkerServer, WorkerTask } from "./worker-task.ts";

// A process of a benchmark: what others are measured beside, or what takes the requests. It ends with its parent.

async function begin(task: WorkerTask): Promise<unknown> {
  switch (task.task) {
    case "read":
      return await rawRead(task.order);
    case "write":
      return await rawWrite(task.order);
    case "trips":
      return await rawTrips(task.order);
    case "post":
      return await rawPost(task.order);
    case "sink":
      return serve(await startSink());
    case "receiver":
      return serve(await startReceiver(task.keepsIds));
    default:
      return task satisfies never;
  }
}

function serve(server: WorkerServer): number {
  process.on("message", (message) => say({ done: server.hear(message) }));
  return server.port;
}

function say(answer: WorkerAnswer): void {
  process.send?.(answer);
}

process.once("message", (task: WorkerTask) => {
  begin(task).then(
    (done) => say({ done }),
    (error: unknown) => say({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit());
