// The receivers of the benchmarks, as a process of its own, so that they take nothing from the one that is measured.
// The first part of the path says how each behaves: /ok, /hang, /fail. A call's id ends in the ms since the epoch at which
// it was sent; for each path the latencies from there to the arrival are kept, and sent to the parent when it asks.
import { createServer } from "node:http";

const latencies = new Map();
let refusing = false;
let requests = 0;

function record(path, body) {
  const sentAt = Number(/"cdr":\{"id":"[^"]*-(\d+)"/.exec(body)?.[1]);
  const list = latencies.get(path) ?? [];
  list.push(Date.now() - sentAt);
  latencies.set(path, list);
}

const server = createServer((request, response) => {
  requests += 1;
  if (refusing) {
    request.socket.destroy();
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    record(request.url, Buffer.concat(chunks).toString("latin1"));
    if (request.url.startsWith("/hang")) return;
    response.writeHead(request.url.startsWith("/fail") ? 500 : 200, { "content-length": 0 });
    response.end();
  });
});
server.keepAliveTimeout = 120_000;

process.on("message", (message) => {
  if (message === "refuse" || message === "accept") refusing = message === "refuse";
  if (message === "report") process.send({ latencies: [...latencies], requests });
  if (message === "clear") latencies.clear();
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
