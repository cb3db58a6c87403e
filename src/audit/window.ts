/** The states of a topic that one of a number of readers may have had: as of some offset from `lo` to `hi`; -1 is empty. */
export interface Window {
  readonly lo: number;
  readonly hi: number;
}

/**
 * How long after its append an event may take to be in force in every process, in ms; also how far apart the clocks of
 * the platform, the brokers and the processes may be. The promise is a second.
 */
export const graceMs = 5000;
