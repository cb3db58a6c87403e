/** How a stage says what happened: one call per event, synchronous, never throwing. `E` is the stage's own union of events. */
export type Emit<E> = (event: E) => void;
