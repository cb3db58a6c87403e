import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** Something that is read from the API. `data` stays while it is read anew, so that nothing flickers. */
export interface Load<T> {
  readonly data: T | null;
  readonly error: Error | null;
  readonly loading: boolean;
  /** Reads it anew; resolves when that is done, well or not. */
  readonly reload: () => Promise<void>;
  /** Puts what a write has answered in the place of what was read. */
  readonly set: (data: T) => void;
}

interface ChangingLoad<T> extends Load<T> {
  /** Changes what was read, where something was; what is on its way stays on its way. */
  readonly change: (change: (data: T) => T) => void;
}

type State<T> = Pick<Load<T>, "data" | "error" | "loading">;

/**
 * Reads something, and anew when one of `keys` changes; what is on its way then is given up. Null for `read`: nothing is
 * read.
 */
export function useLoad<T>(
  read: ((signal: AbortSignal) => Promise<T>) | null,
  keys: readonly unknown[],
): ChangingLoad<T> {
  const [state, setState] = useState<State<T>>({ data: null, error: null, loading: read !== null });
  const running = useRef<AbortController | null>(null);
  const reader = useRef(read);
  reader.current = read;

  const start = useCallback(async (): Promise<void> => {
    running.current?.abort();
    if (reader.current === null) {
      setState((before) => (before.loading ? { ...before, loading: false } : before));
      return;
    }
    const controller = new AbortController();
    running.current = controller;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await reader.current(controller.signal);
      if (!controller.signal.aborted) setState({ data, error: null, loading: false });
    } catch (error) {
      if (controller.signal.aborted) return;
      setState((before) => ({ ...before, error: error as Error, loading: false }));
    }
  }, []);
  useEffect(() => {
    void start();
    return () => running.current?.abort();
  }, keys);
  const set = useCallback((data: T) => {
    running.current?.abort();
    setState({ data, error: null, loading: false });
  }, []);
  const change = useCallback((change: (data: T) => T) => {
    setState((before) =>
      before.data === null ? before : { ...before, data: change(before.data) },
    );
  }, []);
  return { ...state, reload: start, set, change };
}

/** A list that is read page by page. */
export interface Pages<T> extends Omit<Load<readonly T[]>, "set"> {
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly more: () => Promise<void>;
  /** Changes what is shown, by what is shown then. */
  readonly change: (change: (items: readonly T[]) => readonly T[]) => void;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

interface More {
  readonly loading: boolean;
  readonly error: Error | null;
}

const idle: More = { loading: false, error: null };

/** As `useLoad`, for lists with a cursor; `read` is given the cursor of the page that is asked for. */
export function usePages<T>(
  read: ((cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>) | null,
  keys: readonly unknown[],
): Pages<T> {
  const [more, setMore] = useState(idle);
  const round = useRef(0);
  /** The list is begun anew: what is read behind the one before belongs to it no more. */
  function begin(): void {
    round.current += 1;
    setMore(idle);
  }
  const list = useLoad<PageOf<T>>(
    read &&
      (async (signal) => {
        begin();
        const page = await read(undefined, signal);
        if (!signal.aborted) begin();
        return page;
      }),
    keys,
  );
  const cursor = list.data?.nextCursor ?? null;
  async function loadMore(): Promise<void> {
    if (read === null || cursor === null || more.loading) return;
    const asked = round.current;
    setMore({ loading: true, error: null });
    try {
      const { items, nextCursor } = await read(cursor, new AbortController().signal);
      if (asked !== round.current) return;
      list.change((before) => ({ items: [...before.items, ...items], nextCursor }));
      setMore(idle);
    } catch (error) {
      if (asked === round.current) setMore({ loading: false, error: error as Error });
    }
  }
  return {
    data: list.data?.items ?? null,
    error: list.error ?? more.error,
    loading: list.loading,
    reload: list.reload,
    change: (change) => list.change((page) => ({ ...page, items: change(page.items) })),
    hasMore: cursor !== null,
    loadingMore: more.loading,
    more: loadMore,
  };
}

/** A value once it has not changed for `ms`. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
