/** The waits before the retries in seconds, where the operator has set no others. A test compares them with the settings'. */
export const usualWaits: readonly number[] = [2, 4, 6, 8, 10, 12, 14, 16, 18, 20];
