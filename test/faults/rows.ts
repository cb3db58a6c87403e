/** What one run of a scenario came to. */
export interface Row {
  readonly scenario: string;
  readonly seed: number;
  readonly calls: number;
  readonly jobs: number;
  readonly delivered: number;
  readonly dead: number;
  readonly cancelled: number;
  readonly lost: number;
  readonly doubled: number;
  readonly repeated: number;
  readonly inFlight: number;
}
