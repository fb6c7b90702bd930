/** Types of preact.js, written by hand: what the page uses, and no more (tools/vendor.py). */

export type Key = string | number;
export type ComponentChild = VNode | string | number | bigint | boolean | null | undefined | ReadonlySignal<unknown>;
export type ComponentChildren = ComponentChild | ComponentChildren[];

export interface VNode<P = any> {
  readonly type: string | FunctionComponent<P>;
  readonly props: P & { children: ComponentChildren };
  readonly key: Key | null | undefined;
}

export interface FunctionComponent<P = {}> {
  (props: P & { children?: ComponentChildren }): ComponentChildren;
  displayName?: string;
}

export function h<P>(
  type: string | FunctionComponent<P>,
  props: (P & { key?: Key }) | null,
  ...children: ComponentChildren[]
): VNode<P>;
/** Replaces what `parent` shows by `vnode`; `null` takes it away. */
export function render(vnode: ComponentChild, parent: Element | DocumentFragment): void;
export const Fragment: FunctionComponent;
/** A template has one root element; several roots need a `Fragment` around them. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;

export interface Context<T> extends FunctionComponent<{ value: T }> {
  Provider: FunctionComponent<{ value: T }>;
  Consumer: FunctionComponent<{ children: (value: T) => ComponentChildren }>;
}
export function createContext<T>(initial: T): Context<T>;
export function useContext<T>(context: Context<T>): T;

export type Inputs = readonly unknown[];
export type Update<S> = (next: S | ((before: S) => S)) => void;
export interface RefObject<T> {
  current: T;
}

export function useState<S>(initial: S | (() => S)): [S, Update<S>];
export function useState<S = undefined>(): [S | undefined, Update<S | undefined>];
export function useReducer<S, A>(
  reducer: (before: S, action: A) => S,
  initial: S,
): [S, (action: A) => void];
export function useReducer<S, A, I>(
  reducer: (before: S, action: A) => S,
  argument: I,
  init: (argument: I) => S,
): [S, (action: A) => void];
/** The answer of the effect, if it is a function, cleans up before the next run. */
export function useEffect(effect: () => void | (() => void), inputs?: Inputs): void;
export function useLayoutEffect(effect: () => void | (() => void), inputs?: Inputs): void;
export function useMemo<T>(factory: () => T, inputs: Inputs): T;
export function useCallback<T extends (...args: any[]) => unknown>(callback: T, inputs: Inputs): T;
export function useRef<T>(initial: T): RefObject<T>;
export function useRef<T = undefined>(): RefObject<T | undefined>;
export function useId(): string;
/** The error of a component below, and a function that tries again. */
export function useErrorBoundary(callback?: (error: unknown) => void): [unknown, () => void];

export interface ReadonlySignal<T> {
  readonly value: T;
  /** Reads without subscribing. */
  peek(): T;
  subscribe(listener: (value: T) => void): () => void;
}
export interface Signal<T> extends ReadonlySignal<T> {
  value: T;
}
export function signal<T>(value: T): Signal<T>;
export function signal<T = undefined>(): Signal<T | undefined>;
export function computed<T>(compute: () => T): ReadonlySignal<T>;
/** Runs now and after every change of a signal it read; the answer ends it. */
export function effect(run: () => void | (() => void)): () => void;
export function batch<T>(run: () => T): T;
export function untracked<T>(run: () => T): T;
export function useSignal<T>(value: T): Signal<T>;
export function useSignal<T = undefined>(): Signal<T | undefined>;
export function useComputed<T>(compute: () => T): ReadonlySignal<T>;
export function useSignalEffect(run: () => void | (() => void)): void;
