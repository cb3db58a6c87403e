import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Does something every `ms` while `active` and the page is seen, and at once when it is seen again. The next time is
 * counted from the end of the last one, so that a slow service is not asked faster than it answers.
 */
export function usePoll(action: () => Promise<unknown>, ms: number, active: boolean): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    if (!active) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let running = false;
    const plan = (): void => {
      clearTimeout(timer);
      if (!ended && !document.hidden) timer = setTimeout(() => void run(), ms);
    };
    const run = async (): Promise<void> => {
      if (running) return;
      running = true;
      try {
        await latest.current();
      } finally {
        running = false;
        plan();
      }
    };
    const seen = (): void => {
      clearTimeout(timer);
      if (!document.hidden) void run();
    };
    plan();
    document.addEventListener("visibilitychange", seen);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [ms, active]);
}

/** The time of the day in ms since the epoch, anew every second while `active`. */
export function useNow(active: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!active) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}
