(native, internals) => {
  const { apply } = Reflect;
  const { isEvent, isDispatched, begin, setPassive, isStopped, end } = internals.event;
  const { report } = internals;

  const isCapture = (options) => (typeof options === "object" ? !!options?.capture : !!options);

  class EventTarget {
    // Replaced when it changes, so that a dispatch goes on with what it saw.
    #listeners = [];

    addEventListener(type, callback, options = undefined) {
      const listeners = this.#listeners;
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
      this.#listeners = [
        ...listeners,
        { type: name, callback, capture, once: !!once, passive: !!passive, removed: false },
      ];
      if (signal !== undefined) {
        internals.whenAborted(signal, () => this.removeEventListener(name, callback, capture));
      }
    }

    removeEventListener(type, callback, options = undefined) {
      const listeners = this.#listeners;
      const name = `${type}`;
      const capture = isCapture(options);
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
      this.#listeners;
      if (!isEvent(event)) throw new TypeError("parameter 1 is not of type 'Event'.");
      if (isDispatched(event)) {
        throw new DOMException("The event is already being dispatched.", "InvalidStateError");
      }
      begin(event, this);
      const { type } = event;
      this.#run(event, type, true);
      this.#run(event, type, false);
      return end(event);
    }

    #run(event, type, capture) {
      const listeners = this.#listeners;
      for (let index = 0; index < listeners.length; index++) {
        const listener = listeners[index];
        if (listener.removed || listener.type !== type || listener.capture !== capture) continue;
        if (isStopped(event)) return;
        const { callback } = listener;
        if (listener.once) this.removeEventListener(type, callback, capture);
        setPassive(event, listener.passive);
        try {
          if (typeof callback === "function") {
            apply(callback, this, [event]);
          } else {
            callback.handleEvent(event);
          }
        } catch (error) {
          report(error);
        }
        setPassive(event, false);
      }
    }
  }

  internals.interface(EventTarget);

  /** Gives a class `on…`, a listener that is a property. */
  internals.eventHandler = (Class, type) => {
    const handlers = `on${type}`;
    const key = Symbol(handlers);
    Object.defineProperty(Class.prototype, handlers, {
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
          Object.defineProperty(this, key, { value: added });
          this.addEventListener(type, (event) => {
            if (added.callback !== null) apply(added.callback, this, [event]);
          });
        }
      },
      enumerable: true,
      configurable: true,
    });
  };
}
