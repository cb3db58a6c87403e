export interface ErrorKind {
  /** `{name}` is replaced by the detail of that name. */
  readonly message: string;
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** What a person can do about it, where the message does not say it. */
  readonly action?: string;
  /** HTTP status that the API answers with; 503 for what trying again can help with, else 500, where it is left out. */
  readonly status?: number;
}
