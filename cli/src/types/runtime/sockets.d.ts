// ---- Sockets -----------------------------------------------------------------------------------

interface CloseEventInit extends EventInit {
  code?: number;
  reason?: string;
  wasClean?: boolean;
}

interface CloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}
declare var CloseEvent: {
  prototype: CloseEvent;
  new (type: string, options?: CloseEventInit): CloseEvent;
};

interface WebSocketEventMap {
  close: CloseEvent;
  error: ErrorEvent;
  message: MessageEvent;
  open: Event;
}

type BinaryType = "arraybuffer" | "blob";

interface WebSocketAcceptOptions {
  /** Do not answer when the other side closes. Default: false. */
  allowHalfOpen?: boolean;
}

interface WebSocket extends EventTarget {
  /** Default: `arraybuffer`. */
  binaryType: BinaryType;
  /** The bytes that the other side has not received. */
  readonly bufferedAmount: number;
  /** Always empty. */
  readonly extensions: string;
  readonly protocol: string;
  readonly readyState: number;
  /** Null unless the socket was made by `new WebSocket()`. */
  readonly url: string | null;
  onclose: ((this: WebSocket, ev: CloseEvent) => any) | null;
  onerror: ((this: WebSocket, ev: ErrorEvent) => any) | null;
  onmessage: ((this: WebSocket, ev: MessageEvent) => any) | null;
  onopen: ((this: WebSocket, ev: Event) => any) | null;
  /** Begins to receive messages. Those of `new WebSocket()` do so by themselves. */
  accept(options?: WebSocketAcceptOptions): void;
  close(code?: number, reason?: string): void;
  send(message: string | ArrayBuffer | ArrayBufferView | Blob): void;
  /** Keeps a clone of the value with the socket. */
  serializeAttachment(attachment: any): void;
  deserializeAttachment(): any | null;
  addEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, ev: WebSocketEventMap[K]) => any,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly READY_STATE_CONNECTING: 0;
  readonly READY_STATE_OPEN: 1;
  readonly READY_STATE_CLOSING: 2;
  readonly READY_STATE_CLOSED: 3;
}
declare var WebSocket: {
  prototype: WebSocket;
  new (url: string | URL, protocols?: string | string[]): WebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly READY_STATE_CONNECTING: 0;
  readonly READY_STATE_OPEN: 1;
  readonly READY_STATE_CLOSING: 2;
  readonly READY_STATE_CLOSED: 3;
};

/** Two sockets, each the other end of the other. */
interface WebSocketPair {
  [Symbol.iterator](): Generator<WebSocket, void>;
}
declare var WebSocketPair: {
  prototype: WebSocketPair;
  new (): WebSocketPair & { 0: WebSocket; 1: WebSocket };
};

interface EventSourceInit {
  /** The service that gets the requests in place of the outbound of the worker. */
  fetcher?: Fetcher;
  /** Has no effect. */
  withCredentials?: boolean;
}

interface EventSourceEventMap {
  error: ErrorEvent;
  message: MessageEvent;
  open: Event;
}

interface EventSource extends EventTarget {
  readonly readyState: number;
  readonly url: string;
  readonly withCredentials: boolean;
  onerror: ((this: EventSource, ev: ErrorEvent) => any) | null;
  onmessage: ((this: EventSource, ev: MessageEvent) => any) | null;
  onopen: ((this: EventSource, ev: Event) => any) | null;
  close(): void;
  addEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: (this: EventSource, ev: EventSourceEventMap[K]) => any,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: (this: EventSource, event: MessageEvent) => any,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}
declare var EventSource: {
  prototype: EventSource;
  new (url: string | URL, init?: EventSourceInit): EventSource;
  /** Reads the events of a stream, once. */
  from(stream: ReadableStream): EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
};

interface SocketAddress {
  hostname: string;
  port: number;
}

interface SocketOptions {
  /** Whether the own direction stays open when the peer has ended its own. Default: false. */
  allowHalfOpen?: boolean;
  /** Has no effect. */
  highWaterMark?: number | bigint;
  /** Default: `off`. */
  secureTransport?: "off" | "on" | "starttls";
}

interface SocketInfo {
  localAddress?: string;
  /** The address that was asked for. */
  remoteAddress?: string;
}

interface Socket {
  readonly closed: Promise<void>;
  readonly opened: Promise<SocketInfo>;
  readonly readable: ReadableStream;
  readonly secureTransport: "on" | "off" | "starttls";
  /** True after `startTls()`. */
  readonly upgraded: boolean;
  readonly writable: WritableStream;
  /** Sends what was written, and ends the connection. */
  close(): Promise<void>;
  /** Returns the socket of the same connection with TLS. */
  startTls(options?: { expectedServerHostname?: string }): Socket;
}
