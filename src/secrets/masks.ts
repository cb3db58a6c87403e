/** What stands for a secret where a trigger is shown; written back, it means: keep the one that is saved. */
export const valueMask = "***";

const signingMask = /^(?:whsec|whsk)_\*\*\*$/;

/** The mask of a signing secret: its kind can be told, nothing else. */
export function maskOf(secret: string): string {
  return secret.slice(0, secret.indexOf("_") + 1) + valueMask;
}

export function isMask(text: string): boolean {
  return text === valueMask || signingMask.test(text);
}

/** Said of a mask that nothing has taken the place of. */
export const maskProblem = "is masked, and no secret is saved that it could stand for";
