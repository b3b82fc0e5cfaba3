(native, internals) => {
  const { eventInit } = internals;
  const { freeze } = Object;
  const { iterator: ITERATOR } = Symbol;
  const { apply } = Reflect;
  const bad = (text) => {
    throw new TypeError(text);
  };

  const portsOf = (given) => {
    const ports = [];
    if (given === undefined) return freeze(ports);
    const iterate = given === null || typeof given !== "object" ? undefined : given[ITERATOR];
    if (typeof iterate !== "function") bad("The ports must be a sequence.");
    for (const port of { [ITERATOR]: () => apply(iterate, given, []) }) {
      if (!internals.isPort(port)) bad("The ports must be of the class MessagePort.");
      ports[ports.length] = port;
    }
    return freeze(ports);
  };
  const sourceOf = (source) =>
    source === null || internals.isPort(source) ? source : bad("The source must be a MessagePort or null.");

  class MessageEvent extends Event {
    #data;
    #lastEventId;
    #origin;
    #ports;
    #source;

    constructor(type, options = undefined) {
      super(type, options);
      const { data = null, lastEventId = "", origin = "", ports, source = null } = eventInit(options);
      this.#data = data;
      this.#lastEventId = `${lastEventId}`;
      this.#origin = native.wellFormed(`${origin}`);
      this.#ports = portsOf(ports);
      this.#source = sourceOf(source);
    }

    static {
      internals.messageEvent = (type, data, ports, origin = "", lastEventId = "") => {
        const event = internals.event.trusted(new MessageEvent(type));
        event.#data = data;
        event.#ports = freeze(ports);
        event.#origin = origin;
        event.#lastEventId = lastEventId;
        return event;
      };
    }

    get data() {
      return this.#data;
    }

    get origin() {
      return this.#origin;
    }

    get lastEventId() {
      return this.#lastEventId;
    }

    get source() {
      return this.#source;
    }

    get ports() {
      return this.#ports;
    }

    initMessageEvent(
      type, bubbles = false, cancelable = false, data = null, origin = "", lastEventId = "", source = null, ports = [],
    ) {
      this.#data;
      if (arguments.length === 0) bad("initMessageEvent needs a type.");
      const from = native.wellFormed(`${origin}`);
      const id = `${lastEventId}`;
      const sender = sourceOf(source);
      const list = portsOf(ports);
      if (!internals.event.init(this, `${type}`, !!bubbles, !!cancelable)) return;
      this.#data = data;
      this.#origin = from;
      this.#lastEventId = id;
      this.#source = sender;
      this.#ports = list;
    }
  }
  internals.interface(MessageEvent);
}
