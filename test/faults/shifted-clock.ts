/**
 * Loaded into a process by `node --import`: a message `{ shiftMs }` sets its clock, as an operator or a time server does.
 * Timers and `performance.now` go on as they did.
 */
let shiftMs = 0;
const plainNow = Date.now.bind(Date);

class ShiftedDate extends Date {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(plainNow() + shiftMs);
    else super(...(given as [number]));
  }

  static override now(): number {
    return plainNow() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
process.on("message", (message: { readonly shiftMs?: number }) => {
  shiftMs += message.shiftMs ?? 0;
});
// Listening alone must not keep the process alive.
process.channel?.unref();
