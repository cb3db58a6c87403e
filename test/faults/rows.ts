/** What one run of a scenario came to. */
export interface Row {
  readonly scenario: string;
  readonly seed: number;
  readonly calls: number;
  readonly jobs: number;
  readonly delivered: number;
  readonly dead: number;
  readonly cancelled: number;
  /** Those apart that the scenario destroyed. */
  readonly lost: number;
  readonly doubled: number;
  readonly repeated: number;
  readonly inFlight: number;
  /** Webhooks that the scenario itself made impossible, by deleting what nobody had read. */
  readonly destroyed: number;
}
