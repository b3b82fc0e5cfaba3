(native, internals) => {
  const [NONE, CAPTURING, AT_TARGET, BUBBLING] = [0, 1, 2, 3];

  class Event {
    #type;
    #bubbles;
    #cancelable;
    #composed;
    #timeStamp = performance.now();
    #target = null;
    #phase = NONE;
    #canceled = false;
    #stopped = false;
    #stoppedNow = false;
    #passive = false;

    constructor(type, options = undefined) {
      if (arguments.length === 0) throw new TypeError("Event needs a type.");
      this.#type = `${type}`;
      this.#bubbles = !!options?.bubbles;
      this.#cancelable = !!options?.cancelable;
      this.#composed = !!options?.composed;
    }

    static {
      internals.event = {
        __proto__: null,
        isEvent: (value) => value !== null && typeof value === "object" && #type in value,
        typeOf: (event) => event.#type,
        isDispatched: (event) => event.#phase !== NONE,
        begin(event, target) {
          event.#target = target;
          event.#phase = AT_TARGET;
        },
        setPassive(event, passive) {
          event.#passive = passive;
        },
        isStopped: (event) => event.#stoppedNow,
        end(event) {
          event.#phase = NONE;
          event.#stopped = false;
          event.#stoppedNow = false;
          return !event.#canceled;
        },
      };
    }

    get type() {
      return this.#type;
    }

    get target() {
      return this.#target;
    }

    get currentTarget() {
      return this.#phase === NONE ? null : this.#target;
    }

    get srcElement() {
      return this.#target;
    }

    get eventPhase() {
      return this.#phase;
    }

    get bubbles() {
      return this.#bubbles;
    }

    get cancelable() {
      return this.#cancelable;
    }

    get composed() {
      return this.#composed;
    }

    get defaultPrevented() {
      return this.#canceled;
    }

    get returnValue() {
      return !this.#canceled;
    }

    get cancelBubble() {
      return this.#stopped;
    }

    set cancelBubble(value) {
      if (value) this.#stopped = true;
    }

    get isTrusted() {
      return false;
    }

    get timeStamp() {
      return this.#timeStamp;
    }

    composedPath() {
      return this.#phase === NONE ? [] : [this.#target];
    }

    stopPropagation() {
      this.#stopped = true;
    }

    stopImmediatePropagation() {
      this.#stopped = true;
      this.#stoppedNow = true;
    }

    preventDefault() {
      if (this.#cancelable && !this.#passive) this.#canceled = true;
    }

    [internals.inspected]() {
      const { type, defaultPrevented, cancelable, timeStamp } = this;
      return { type, defaultPrevented, cancelable, timeStamp };
    }
  }

  const phases = { NONE, CAPTURING_PHASE: CAPTURING, AT_TARGET, BUBBLING_PHASE: BUBBLING };
  for (const name of Object.keys(phases)) {
    const property = { value: phases[name], enumerable: true };
    Object.defineProperty(Event, name, property);
    Object.defineProperty(Event.prototype, name, property);
  }
  internals.interface(Event);

  class CustomEvent extends Event {
    #detail;

    constructor(type, options = undefined) {
      super(type, options);
      this.#detail = options?.detail ?? null;
    }

    get detail() {
      return this.#detail;
    }
  }
  internals.interface(CustomEvent);
}
