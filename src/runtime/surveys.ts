/** Tells how a part stands: what would be told too often, or too late, if it were told as it changes. */
export type Survey = () => void;

/** The surveys of a process's parts, taken when somebody looks: at each scrape of the metrics. */
export class Surveys {
  readonly #surveys = new Set<Survey>();

  /** Adds one until the result is disposed of. */
  add(survey: Survey): Disposable {
    this.#surveys.add(survey);
    return { [Symbol.dispose]: () => void this.#surveys.delete(survey) };
  }

  /** Takes all of them. */
  take(): void {
    for (const survey of this.#surveys) survey();
  }
}
