export interface ErrorKind {
  /** `{name}` is replaced by the detail of that name. */
  readonly message: string;
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** What a person can do about it, where the message does not say it. */
  readonly action?: string;
}
