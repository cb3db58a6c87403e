import { Component } from "preact";
import type { ComponentChildren } from "preact";

interface Props {
  /** A change of it shows the children anew. */
  readonly about: string;
  readonly children: ComponentChildren;
  readonly fallback: (error: unknown) => ComponentChildren;
}

interface State {
  readonly error: unknown;
  readonly about: string;
}

/** Keeps a page that throws from taking the shell with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, about: this.props.about };

  static override getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static override getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.about === state.about ? null : { error: null, about: props.about };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    return error === null ? this.props.children : this.props.fallback(error);
  }
}
