// ---- The global object -------------------------------------------------------------------------

interface WorkerGlobalScope extends EventTarget {}
declare var WorkerGlobalScope: {
  prototype: WorkerGlobalScope;
};

interface ServiceWorkerGlobalScope extends WorkerGlobalScope {
  onerror: OnErrorEventHandler;
  onunhandledrejection: ((this: ServiceWorkerGlobalScope, ev: PromiseRejectionEvent) => any) | null;
  onrejectionhandled: ((this: ServiceWorkerGlobalScope, ev: PromiseRejectionEvent) => any) | null;
  addEventListener<K extends keyof ServiceWorkerGlobalScopeEventMap>(
    type: K,
    listener: (this: ServiceWorkerGlobalScope, ev: ServiceWorkerGlobalScopeEventMap[K]) => any,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}
declare var ServiceWorkerGlobalScope: {
  prototype: ServiceWorkerGlobalScope;
};

/** Gets what an `error` event holds. Returns `true` if it takes care of the error. */
type OnErrorEventHandler =
  | ((message: string, filename: string, lineno: number, colno: number, error: any) => any)
  | null;

interface ServiceWorkerGlobalScopeEventMap {
  error: ErrorEvent;
  rejectionhandled: PromiseRejectionEvent;
  unhandledrejection: PromiseRejectionEvent;
}

declare var self: ServiceWorkerGlobalScope & typeof globalThis;
/** Does not exist. Its type makes the declarations of `@types/node` give way to these. */
declare var onmessage: never;
declare var onerror: OnErrorEventHandler;
declare var onunhandledrejection: ((this: ServiceWorkerGlobalScope, ev: PromiseRejectionEvent) => any) | null;
declare var onrejectionhandled: ((this: ServiceWorkerGlobalScope, ev: PromiseRejectionEvent) => any) | null;
declare function addEventListener<K extends keyof ServiceWorkerGlobalScopeEventMap>(
  type: K,
  listener: (this: ServiceWorkerGlobalScope, ev: ServiceWorkerGlobalScopeEventMap[K]) => any,
  options?: boolean | AddEventListenerOptions,
): void;
declare function addEventListener(
  type: string,
  listener: EventListenerOrEventListenerObject | null,
  options?: boolean | AddEventListenerOptions,
): void;
declare function removeEventListener<K extends keyof ServiceWorkerGlobalScopeEventMap>(
  type: K,
  listener: (this: ServiceWorkerGlobalScope, ev: ServiceWorkerGlobalScopeEventMap[K]) => any,
  options?: boolean | EventListenerOptions,
): void;
declare function removeEventListener(
  type: string,
  listener: EventListenerOrEventListenerObject | null,
  options?: boolean | EventListenerOptions,
): void;
declare function dispatchEvent(event: Event): boolean;

declare function atob(data: string): string;
declare function btoa(data: string): string;
declare function queueMicrotask(callback: () => void): void;
declare function reportError(error: any): void;
declare function structuredClone<T = any>(value: T, options?: StructuredSerializeOptions): T;

// ---- Time --------------------------------------------------------------------------------------

declare function setTimeout(callback: (...args: any[]) => void, delay?: number): number;
declare function setTimeout<Args extends any[]>(
  callback: (...args: Args) => void,
  delay?: number,
  ...args: Args
): number;
declare function setInterval(callback: (...args: any[]) => void, delay?: number): number;
declare function setInterval<Args extends any[]>(
  callback: (...args: Args) => void,
  delay?: number,
  ...args: Args
): number;
declare function clearTimeout(id?: number | null): void;
declare function clearInterval(id?: number | null): void;

interface PerformanceEntry {
  readonly name: string;
  readonly entryType: string;
  readonly startTime: number;
  readonly duration: number;
  toJSON(): any;
}
declare var PerformanceEntry: {
  prototype: PerformanceEntry;
};

interface PerformanceMarkOptions {
  detail?: any;
  startTime?: number;
}

interface PerformanceMark extends PerformanceEntry {
  readonly detail: any;
}
declare var PerformanceMark: {
  prototype: PerformanceMark;
  new (name: string, options?: PerformanceMarkOptions): PerformanceMark;
};

interface PerformanceMeasureOptions {
  detail?: any;
  start?: number | string;
  duration?: number;
  end?: number | string;
}

interface PerformanceMeasure extends PerformanceEntry {
  readonly detail: any;
}
declare var PerformanceMeasure: {
  prototype: PerformanceMeasure;
};

/** The clock stands still while code runs, and goes on when it waits. */
interface Performance extends EventTarget {
  readonly timeOrigin: number;
  now(): number;
  mark(name: string, options?: PerformanceMarkOptions): PerformanceMark;
  measure(
    name: string,
    startOrOptions?: string | PerformanceMeasureOptions,
    endMark?: string,
  ): PerformanceMeasure;
  clearMarks(name?: string): void;
  clearMeasures(name?: string): void;
  getEntries(): PerformanceEntry[];
  getEntriesByName(name: string, type?: string): PerformanceEntry[];
  getEntriesByType(type: string): PerformanceEntry[];
  toJSON(): any;
}
declare var Performance: {
  prototype: Performance;
};
declare var performance: Performance;

type TaskPriority = "background" | "user-blocking" | "user-visible";

interface SchedulerPostTaskOptions {
  delay?: number;
  /** Is checked and has no effect: tasks run in the order in which they are due. */
  priority?: TaskPriority;
  signal?: AbortSignal;
}

interface SchedulerWaitOptions {
  signal?: AbortSignal;
}

interface Scheduler {
  /** Calls a function in a task of its own, after `delay` milliseconds. */
  postTask<T>(callback: () => T | PromiseLike<T>, options?: SchedulerPostTaskOptions): Promise<T>;
  /** Continues in a task of its own. */
  yield(): Promise<void>;
  /** Waits for `delay` milliseconds. */
  wait(delay?: number, options?: SchedulerWaitOptions): Promise<void>;
}
declare var Scheduler: {
  prototype: Scheduler;
};
declare var scheduler: Scheduler;

// ---- The console and the navigator -------------------------------------------------------------

interface Console {
  assert(condition?: boolean, ...data: any[]): void;
  /** Does nothing. */
  clear(): void;
  count(label?: string): void;
  countReset(label?: string): void;
  debug(...data: any[]): void;
  dir(item?: any, options?: any): void;
  dirxml(...data: any[]): void;
  error(...data: any[]): void;
  group(...data: any[]): void;
  groupCollapsed(...data: any[]): void;
  groupEnd(): void;
  info(...data: any[]): void;
  log(...data: any[]): void;
  table(tabularData?: any, properties?: string[]): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
  timeLog(label?: string, ...data: any[]): void;
  trace(...data: any[]): void;
  warn(...data: any[]): void;
}
declare var console: Console;

interface Navigator {
  readonly userAgent: string;
  readonly hardwareConcurrency: number;
  readonly language: string;
  readonly languages: readonly string[];
}
declare var Navigator: {
  prototype: Navigator;
};
declare var navigator: Navigator;

// ---- What errors have beside the standard ------------------------------------------------------

interface ErrorConstructor {
  captureStackTrace(targetObject: object, constructorOpt?: Function): void;
  stackTraceLimit: number;
}
