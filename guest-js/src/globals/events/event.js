(native, internals) => {
  const [NONE, CAPTURING, AT_TARGET, BUBBLING] = [0, 1, 2, 3];
  const { defineProperty } = Object;
  const { now } = internals;
  const isObject = (value) => typeof value === "object" || typeof value === "function";
  const dictionary = (internals.eventInit = (options) => {
    if (options === undefined || options === null) return {};
    return isObject(options) ? options : bad("The options of an event must be an object.");
  });
  const bad = (text) => {
    throw new TypeError(text);
  };

  class Event {
    #type;
    #bubbles;
    #cancelable;
    #composed;
    #timeStamp = now();
    #target = null;
    #phase = NONE;
    #canceled = false;
    #stopped = false;
    #stoppedNow = false;
    #passive = false;
    #trusted = false;

    constructor(type, options = undefined) {
      if (arguments.length === 0) bad("Event needs a type.");
      this.#type = `${type}`;
      const { bubbles, cancelable, composed } = dictionary(options);
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
      this.#composed = !!composed;
      defineProperty(this, "isTrusted", IS_TRUSTED);
    }

    static {
      internals.event = {
        __proto__: null,
        isTrusted: (event) => event.#trusted,
        // Marks an event that the platform itself has made.
        trusted(event) {
          event.#trusted = true;
          return event;
        },
        init(event, type, bubbles, cancelable) {
          if (event.#phase !== NONE) return false;
          event.#type = type;
          event.#bubbles = bubbles;
          event.#cancelable = cancelable;
          event.#canceled = event.#stopped = event.#stoppedNow = event.#trusted = false;
          event.#target = null;
          return true;
        },
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

    set returnValue(value) {
      if (!value) this.preventDefault();
    }

    get cancelBubble() {
      return this.#stopped;
    }

    set cancelBubble(value) {
      if (value) this.#stopped = true;
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

    initEvent(type, bubbles = false, cancelable = false) {
      this.#type;
      if (arguments.length === 0) bad("initEvent needs a type.");
      internals.event.init(this, `${type}`, !!bubbles, !!cancelable);
    }

    [internals.inspected]() {
      const { type, defaultPrevented, cancelable, timeStamp } = this;
      return { type, defaultPrevented, cancelable, timeStamp };
    }
  }

  // An own property of each event, as the standard says.
  const { get: isTrusted } = Object.getOwnPropertyDescriptor({
    get isTrusted() {
      return internals.event.isTrusted(this);
    },
  }, "isTrusted");
  const IS_TRUSTED = { __proto__: null, get: isTrusted, set: undefined, enumerable: true, configurable: false };

  const phases = { NONE, CAPTURING_PHASE: CAPTURING, AT_TARGET, BUBBLING_PHASE: BUBBLING };
  for (const name of Object.keys(phases)) {
    const property = { value: phases[name], enumerable: true };
    defineProperty(Event, name, property);
    defineProperty(Event.prototype, name, property);
  }
  internals.interface(Event);

  class CustomEvent extends Event {
    #detail;

    constructor(type, options = undefined) {
      super(type, options);
      const { detail = null } = dictionary(options);
      this.#detail = detail;
    }

    get detail() {
      return this.#detail;
    }

    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      this.#detail;
      if (arguments.length === 0) bad("initCustomEvent needs a type.");
      if (internals.event.init(this, `${type}`, !!bubbles, !!cancelable)) this.#detail = detail;
    }
  }
  internals.interface(CustomEvent);
}
