// A receiver that is as fast as a socket lets it be, as a process of its own: it reads no more of HTTP than where a
// request ends. The path says how it behaves: /ok, /flaky (one first attempt of ten is refused), /hang, /slow (20 ms).
// Told {every}, it notes when it had seen each so many jobs, by their first requests; asked for a report, it gives that and the ids.
import { createServer } from "node:net";

const answer = (status) => Buffer.from(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`);
const [ok, unavailable] = [answer(200), answer(500)];
const endOfHead = Buffer.from("\r\n\r\n");
const slowMs = 20;

let every = 0;
let marks = [];
let seen = new Set();
let taken = new Set();
let repeated = 0;
let refused = 0;

/** One first attempt of ten, by the id, so that it is the same one each time. */
const isRefused = (head) => {
  if (!head.startsWith("POST /flaky") || !/onhook-attempt: 1\r/i.test(head)) return false;
  return Number.parseInt(/webhook-id: (..)/i.exec(head)?.[1] ?? "0", 16) % 10 === 0;
};

const idOf = (head) => /webhook-id: ([^\r]+)/i.exec(head)?.[1];

function take(id) {
  if (taken.has(id)) repeated += 1;
  taken.add(id);
}

/** Notes the time by first requests, refused or not: when the last retry is taken tells of its wait alone. */
function see(id) {
  if (seen.has(id)) return;
  seen.add(id);
  if (seen.size === 1 || seen.size % every === 0)
    marks.push(performance.timeOrigin + performance.now());
}

function respond(socket, head) {
  if (head.startsWith("POST /hang")) return;
  const id = idOf(head);
  see(id);
  if (isRefused(head)) {
    refused += 1;
    socket.write(unavailable);
    return;
  }
  take(id);
  if (head.startsWith("POST /slow")) setTimeout(() => socket.write(ok), slowMs);
  else socket.write(ok);
}

createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(endOfHead);
      if (end < 0) return;
      const head = rest.latin1Slice(0, end + 2);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const next = end + endOfHead.length + length;
      if (rest.length < next) return;
      rest = rest.subarray(next);
      respond(socket, head);
    }
  });
}).listen(0, "127.0.0.1", function listening() {
  process.send({ port: this.address().port });
});

process.on("message", (message) => {
  if (message === "report") {
    process.send({ marks, taken: taken.size, repeated, refused });
  } else if (message === "ids") {
    process.send([...taken]);
  } else {
    ({ every } = message);
    [marks, seen, taken, repeated, refused] = [[], new Set(), new Set(), 0, 0];
  }
});
process.on("disconnect", () => process.exit());
