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

type State<T> = Pick<Load<T>, "data" | "error" | "loading">;

/**
 * Reads something, and anew when one of `keys` changes; what is on its way then is given up. Null for `read`: nothing is
 * read.
 */
export function useLoad<T>(
  read: ((signal: AbortSignal) => Promise<T>) | null,
  keys: readonly unknown[],
): Load<T> {
  const [state, setState] = useState<State<T>>({ data: null, error: null, loading: read !== null });
  const running = useRef<AbortController | null>(null);
  const reader = useRef(read);
  reader.current = read;

  const start = useCallback(async (): Promise<void> => {
    running.current?.abort();
    if (reader.current === null) return;
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
  return { ...state, reload: start, set };
}

/** A list that is read page by page. */
export interface Pages<T> extends Load<readonly T[]> {
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly more: () => Promise<void>;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

interface More<T> {
  readonly items: readonly T[];
  readonly cursor: string | null;
  readonly loading: boolean;
  readonly error: Error | null;
}

const none = { items: [], cursor: null, loading: false, error: null };

/** As `useLoad`, for lists with a cursor; `read` is given the cursor of the page that is asked for. */
export function usePages<T>(
  read: ((cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>) | null,
  keys: readonly unknown[],
): Pages<T> {
  const [more, setMore] = useState<More<T>>(none);
  const first = useLoad<PageOf<T>>(
    read &&
      (async (signal) => {
        const page = await read(undefined, signal);
        setMore({ ...none, cursor: page.nextCursor });
        return page;
      }),
    keys,
  );
  const round = useRef(0);
  useEffect(() => {
    round.current += 1;
  }, [first.data]);
  const loadMore = async (): Promise<void> => {
    if (read === null || more.cursor === null || more.loading) return;
    const asked = round.current;
    setMore((before) => ({ ...before, loading: true, error: null }));
    try {
      const page = await read(more.cursor, new AbortController().signal);
      // The list was read anew meanwhile: these belong behind another page.
      if (asked !== round.current) return;
      setMore((before) => ({
        items: [...before.items, ...page.items],
        cursor: page.nextCursor,
        loading: false,
        error: null,
      }));
    } catch (error) {
      setMore((before) => ({ ...before, loading: false, error: error as Error }));
    }
  };
  return {
    data: first.data && [...first.data.items, ...more.items],
    error: first.error ?? more.error,
    loading: first.loading,
    reload: first.reload,
    set: (items) => {
      first.set({ items, nextCursor: more.cursor });
      setMore((before) => ({ ...before, items: [] }));
    },
    hasMore: more.cursor !== null,
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
