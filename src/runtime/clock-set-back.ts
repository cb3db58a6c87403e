/** How often the clock is looked at, in ms. */
const lookMs = 1000;

/**
 * Calls `told`, once, when the machine's clock has been set back by more than `leastMs` since the call, as an operator
 * or a time server may do. Disposing of the result ends the watch.
 */
export function onClockSetBack(leastMs: number, told: () => void): Disposable {
  const offset = (): number => Date.now() - performance.now();
  const begin = offset();
  const timer = setInterval(() => {
    if (begin - offset() <= leastMs) return;
    clearInterval(timer);
    told();
  }, lookMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
