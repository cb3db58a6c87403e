import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { html } from "htm/preact";
import { TextField } from "../ui/field.ts";
import { mask, typedOverMask } from "./mask.ts";

interface SecretFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "password";
  readonly hint?: string | undefined;
  readonly error?: string | null;
  readonly quietLabel?: boolean;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly disabled?: boolean;
}

/**
 * One line of text of which only the mask is shown once it is saved. What is typed takes the place of the whole mask, and
 * the mask comes back where the field is left empty: the saved secret is kept then.
 */
export function SecretField({ value, onInput, ...rest }: SecretFieldProps): VNode {
  /** What was typed last: three stars that somebody typed are no mask. */
  const typed = useRef<string | null>(null);
  const replacesMask = useRef(false);
  const isMask = value === mask && typed.current !== mask;
  function input(text: string): void {
    if (isMask) replacesMask.current = true;
    const next = isMask ? typedOverMask(text) : text;
    typed.current = next;
    onInput(next);
  }
  function leave(): void {
    if (replacesMask.current && value === "") {
      typed.current = null;
      onInput(mask);
    }
    replacesMask.current &&= value !== "" && value !== mask;
  }
  return html`<${TextField} ...${rest} value=${value} onInput=${input} onBlur=${leave} />`;
}
