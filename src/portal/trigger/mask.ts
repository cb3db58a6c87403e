/** What stands for a saved secret, as src/secrets/masks.ts writes it. */
export const mask = "***";

/** What was meant where one typed into a field that showed the mask: what was added to it, nothing where some of it was taken away. */
export function typedOverMask(text: string): string {
  for (let before = 0; before <= mask.length; before += 1) {
    const [start, end] = [mask.slice(0, before), mask.slice(before)];
    const isAround = text.length >= mask.length && text.startsWith(start) && text.endsWith(end);
    if (isAround) return text.slice(start.length, text.length - end.length);
  }
  return mask.startsWith(text) ? "" : text;
}

/** Whether a text would be saved with the mask in it, which nobody means. */
export function hasMask(text: string): boolean {
  return text.startsWith(mask) && text !== mask;
}
