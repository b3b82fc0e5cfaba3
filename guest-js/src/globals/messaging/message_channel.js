(native, internals) => {
  const TOKEN = {};
  const { dispatch, messageEvent, setTimeout, streams } = internals;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { iterator: ITERATOR } = Symbol;
  const { apply } = Reflect;
  const { bad } = streams;
  const [Happening, Exception] = [Event, DOMException];

  // The part of a port that moves with it when the port is transferred. `face` is the object
  // that a program holds of it.
  const newPort = () => ({ __proto__: null, face: undefined, other: undefined, queue: streams.list(), isOpen: false });

  // Each message is a task of its own.
  const deliver = (port) => {
    setTimeout(() => {
      if (!port.isOpen || port.queue.length === 0) return;
      const { data, ports } = streams.shift(port.queue);
      dispatch(port.face, messageEvent("message", data, ports));
    }, 0);
  };

  const open = (port) => {
    if (port === undefined || port.isOpen) return;
    port.isOpen = true;
    for (let count = port.queue.length; count > 0; count--) deliver(port);
  };

  const part = (port) => {
    const { other } = port;
    if (other === undefined) return;
    port.other = other.other = undefined;
    setTimeout(() => {
      if (other.face !== undefined) dispatch(other.face, internals.event.trusted(new Happening("close")));
    }, 0);
  };

  /** Returns the list of objects to transfer, for the second argument of `postMessage`. */
  const transferOf = (internals.transferOf = (given) => {
    if (given === undefined || given === null) return undefined;
    if (typeof given !== "object" && typeof given !== "function") bad("The options must be an object.");
    const iterate = given[ITERATOR];
    if (iterate === undefined || iterate === null) return given.transfer;
    return { [ITERATOR]: () => apply(iterate, given, []) };
  });

  class MessagePort extends EventTarget {
    // Undefined after the port was transferred.
    #port;

    constructor(token, port = undefined) {
      if (token !== TOKEN) bad("Illegal constructor");
      super();
      this.#port = port;
      port.face = this;
    }

    static {
      internals.isPort = (value) =>
        value !== null && typeof value === "object" && #port in value;
      internals.isMovedPort = (face) => face.#port === undefined;
      /** Returns a new port in place of one that is transferred. */
      internals.movePort = (face) => {
        const port = face.#port;
        face.#port = undefined;
        port.isOpen = false;
        return new MessagePort(TOKEN, port);
      };
    }

    postMessage(message, transfer = undefined) {
      const port = this.#port;
      if (arguments.length === 0) bad("postMessage needs a message.");
      const other = port?.other;
      const receiver = other?.face;
      let isLost = other === undefined;
      const { data, ports } = internals.cloneMessage(message, transferOf(transfer), (item) => {
        if (item === this) throw new Exception("A port cannot be sent through itself.", "DataCloneError");
        // A message that holds the port that it is sent to reaches nobody.
        isLost ||= item === receiver;
      });
      if (isLost) return;
      streams.push(other.queue, { data, ports });
      if (other.isOpen) deliver(other);
    }

    start() {
      open(this.#port);
    }

    close() {
      const port = this.#port;
      if (port === undefined) return;
      port.isOpen = false;
      streams.clear(port.queue);
      part(port);
    }
  }
  internals.interface(MessagePort);
  internals.eventHandler(MessagePort, "message");
  internals.eventHandler(MessagePort, "messageerror");
  internals.eventHandler(MessagePort, "close");

  // A port with a handler is open.
  const { start } = MessagePort.prototype;
  const handler = getOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
  const property = {
    set onmessage(callback) {
      apply(handler.set, this, [callback]);
      apply(start, this, []);
    },
  };
  defineProperty(MessagePort.prototype, "onmessage", { set: getOwnPropertyDescriptor(property, "onmessage").set });

  class MessageChannel {
    #first;
    #second;

    constructor() {
      const first = newPort();
      const second = newPort();
      first.other = second;
      second.other = first;
      this.#first = new MessagePort(TOKEN, first);
      this.#second = new MessagePort(TOKEN, second);
    }

    get port1() {
      return this.#first;
    }

    get port2() {
      return this.#second;
    }
  }
  internals.interface(MessageChannel);
}
