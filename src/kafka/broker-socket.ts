import { connect, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import type { ISocketFactory } from "kafkajs";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is ConnectionClass below.
import connectionClass from "kafkajs/src/network/connection.js";
import { OnhookError } from "../errors.ts";
import { once } from "../runtime/once.ts";
import { frameMemory } from "./frame-memory.ts";
import { FrameReader } from "./frame-reader.ts";

const keepAliveMs = 60_000;

/** Opens connections that hand over whole answers, each as one piece of data. */
export const brokerSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const reader = new FrameReader(frameMemory, (frame) => socket.emit("data", frame));
  const onread = {
    buffer: () => reader.target(),
    callback: (bytes: number): boolean => {
      try {
        reader.read(bytes);
      } catch (error) {
        if (error instanceof OnhookError) socket.destroy(error);
        // A mistake of whoever listens is not the connection's: it ends the process, but not before this read has ended.
        else
          queueMicrotask(() => {
            throw error;
          });
      }
      return true;
    },
  };
  const target = { host, port, onread, noDelay: true };
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket: Socket = ssl
    ? connectSecurely({ ...target, ...servername, ...ssl }, onConnect)
    : connect(target, onConnect);
  socket.setKeepAlive(true, keepAliveMs);
  return socket;
};

interface ConnectionClass {
  readonly prototype: { processData: (this: Connection, data: Buffer) => void };
}

/** What is used here of kafkajs's Connection: what of an answer has come before. */
interface Connection {
  readonly bytesBuffered: number;
  chunks: Buffer[];
}

/** kafkajs copies an answer that came whole, to put it together with the nothing that was left of the one before. */
export const mendLeftovers = once(() => {
  const { prototype } = connectionClass as ConnectionClass;
  const own = prototype.processData;
  prototype.processData = function processWhole(data) {
    if (this.bytesBuffered === 0) this.chunks = [];
    own.call(this, data);
  };
});
