/** A value that somebody gave for a setting, not yet checked. */
export interface Given {
  readonly path: string;
  readonly value: unknown;
  /** Where it stands: `onhook.yaml line 12`, or the environment variable's name. */
  readonly from: string;
  /** The value as it was written, for messages. */
  readonly written: string;
}

/** What one source of settings holds: values, and mistakes that are found before any value is looked at. */
export interface Source {
  readonly given: readonly Given[];
  /** One sentence each, in one line, without values of settings. */
  readonly mistakes: readonly string[];
  /** Whether its values could be read at all; where not, nothing can be said about how settings fit together. */
  readonly readable: boolean;
}
