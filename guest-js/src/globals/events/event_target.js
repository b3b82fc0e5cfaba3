(native, internals) => {
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const { isEvent, isDispatched, typeOf, begin, setPassive, isStopped, end } = internals.event;
  const { report } = internals;

  const isCapture = (options) => (typeof options === "object" ? !!options?.capture : !!options);

  const global = globalThis;
  // Holds the listeners of the global object.
  let scope;
  const of = (target) => (target === undefined || target === null || target === global ? scope : target);

  class EventTarget {
    // Replaced when it changes, so that a dispatch continues with the list that it saw.
    #listeners = [];

    static {
      scope = new EventTarget();
      internals.globalListens = (type) => {
        const listeners = scope.#listeners;
        for (let index = 0; index < listeners.length; index++) {
          if (listeners[index].type === type) return true;
        }
        return false;
      };
      // Each listener's result is passed to `told`, if that is given.
      internals.dispatch = (target, event, told = undefined) => target.#dispatch(event, target, told);
      internals.dispatchGlobal = (event) => scope.#dispatch(event, global);
    }

    addEventListener(type, callback, options = undefined) {
      const target = of(this);
      const listeners = target.#listeners;
      if (arguments.length < 2) throw new TypeError("addEventListener needs two arguments.");
      const name = `${type}`;
      const capture = isCapture(options);
      const details = typeof options === "object" && options !== null ? options : {};
      const { once, passive, signal } = details;
      if (signal !== undefined && !internals.isSignal(signal)) {
        throw new TypeError("The option 'signal' is not an AbortSignal.");
      }
      if (callback === null || callback === undefined) return;
      if (typeof callback !== "function" && typeof callback !== "object") {
        throw new TypeError("The listener is not a function or an object.");
      }
      if (signal?.aborted) return;
      for (let index = 0; index < listeners.length; index++) {
        const known = listeners[index];
        if (known.type === name && known.callback === callback && known.capture === capture) {
          return;
        }
      }
      target.#listeners = [
        ...listeners,
        { type: name, callback, capture, once: !!once, passive: !!passive, removed: false },
      ];
      if (target === scope && name === "rejectionhandled") internals.wantHandled();
      if (signal !== undefined) {
        internals.whenAborted(signal, () => target.#remove(name, callback, capture));
      }
    }

    removeEventListener(type, callback, options = undefined) {
      const target = of(this);
      target.#listeners;
      target.#remove(`${type}`, callback, isCapture(options));
    }

    #remove(name, callback, capture) {
      const listeners = this.#listeners;
      const kept = [];
      for (let index = 0; index < listeners.length; index++) {
        const known = listeners[index];
        if (known.type === name && known.callback === callback && known.capture === capture) {
          known.removed = true;
        } else {
          kept[kept.length] = known;
        }
      }
      this.#listeners = kept;
    }

    dispatchEvent(event) {
      const target = of(this);
      target.#listeners;
      if (!isEvent(event)) throw new TypeError("parameter 1 is not of type 'Event'.");
      if (isDispatched(event)) {
        throw new DOMException("The event is already being dispatched.", "InvalidStateError");
      }
      return target.#dispatch(event, target === scope ? global : target);
    }

    #dispatch(event, face, told) {
      begin(event, face);
      const type = typeOf(event);
      this.#run(event, type, true, face, told);
      this.#run(event, type, false, face, told);
      return end(event);
    }

    #run(event, type, capture, face, told) {
      const listeners = this.#listeners;
      for (let index = 0; index < listeners.length; index++) {
        const listener = listeners[index];
        if (listener.removed || listener.type !== type || listener.capture !== capture) continue;
        if (isStopped(event)) return;
        const { callback } = listener;
        if (listener.once) this.#remove(type, callback, capture);
        setPassive(event, listener.passive);
        try {
          const result = typeof callback === "function"
            ? apply(callback, face, [event])
            : callback.handleEvent(event);
          if (told !== undefined) told(result);
        } catch (error) {
          report(error);
        }
        setPassive(event, false);
      }
    }
  }

  internals.interface(EventTarget);
  const { addEventListener } = EventTarget.prototype;

  /** Gives a class the property `on…`, which holds a listener. */
  internals.eventHandler = (Class, type) => {
    const handlers = `on${type}`;
    const key = Symbol(handlers);
    defineProperty(Class.prototype, handlers, {
      get() {
        return this[key]?.callback ?? null;
      },
      set(callback) {
        const handler = this[key];
        const isCallable = typeof callback === "function";
        if (handler !== undefined) {
          handler.callback = isCallable ? callback : null;
        } else if (isCallable) {
          const added = { callback };
          defineProperty(this, key, { __proto__: null, value: added });
          apply(addEventListener, this, [type, (event) =>
            added.callback === null ? undefined : apply(added.callback, this, [event])]);
        }
      },
      enumerable: true,
      configurable: true,
    });
  };
}
