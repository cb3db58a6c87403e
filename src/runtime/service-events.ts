/** What the process as a whole goes through. */
export type ServiceEvent =
  | {
      readonly type: "service.started";
      readonly roles: readonly string[];
      readonly version: string;
    }
  /** A setting that opens what is closed by default; told at start, once for each. */
  | {
      readonly type: "service.dangerous-setting";
      readonly setting: string;
      /** What can happen because of it. */
      readonly danger: string;
    }
  /** Certificates that the process works with; told at start, once for each file that a setting names. */
  | {
      readonly type: "service.certificates";
      readonly setting: string;
      /** When the first of the file's certificates expires, ms since the epoch. */
      readonly expiresAt: number;
    }
  /** Whether it would say that it is ready; told when somebody asks for metrics. */
  | { readonly type: "service.readiness"; readonly isReady: boolean }
  /** A service ended with an error; all others are stopped because of it. */
  | { readonly type: "service.failed"; readonly service: string; readonly error: unknown }
  | { readonly type: "service.stopping"; readonly reason: string }
  /** The deadline of a soft stop passed while these services were still at work. */
  | { readonly type: "service.drain-overrun"; readonly services: readonly string[] }
  | { readonly type: "service.stopped" }
  /** Work can't begin, or go on, since something is missing or has failed; it is tried again after `waitMs`. */
  | { readonly type: "service.waiting"; readonly error: unknown; readonly waitMs: number };
