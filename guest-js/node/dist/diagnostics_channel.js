(require, module, exports, native) => {

// src/diagnostics_channel.js
var { codes: { ERR_INVALID_ARG_TYPE } } = require("node:internal/errors");
var { validateFunction } = require("node:internal/validators");
var { apply } = Reflect;
var { report } = native;
var channels = /* @__PURE__ */ new Map();
var runStores = (stores, data, call) => {
  for (const [store, transform] of stores) {
    const next = call;
    call = () => {
      let context = data;
      if (transform) {
        try {
          context = transform(data);
        } catch (error) {
          require("node:process").nextTick(() => report(error));
          return next();
        }
      }
      return store.run(context, next);
    };
  }
  return call();
};
var Channel = class _Channel {
  _subscribers = [];
  _stores = /* @__PURE__ */ new Map();
  constructor(name) {
    this.name = name;
  }
  static [Symbol.hasInstance](value) {
    const prototype = value == null ? null : Object.getPrototypeOf(value);
    return prototype === _Channel.prototype || prototype === ActiveChannel.prototype;
  }
  subscribe(subscription) {
    validateFunction(subscription, "subscription");
    this._subscribers = [...this._subscribers, subscription];
  }
  unsubscribe(subscription) {
    const at = this._subscribers.indexOf(subscription);
    if (at < 0) return false;
    this._subscribers = this._subscribers.filter((_, index) => index !== at);
    return true;
  }
  bindStore(store, transform) {
    this._stores.set(store, transform);
  }
  unbindStore(store) {
    return this._stores.delete(store);
  }
  get hasSubscribers() {
    return this._subscribers.length > 0 || this._stores.size > 0;
  }
  publish(data) {
    for (const subscription of this._subscribers) {
      try {
        subscription(data, this.name);
      } catch (error) {
        require("node:process").nextTick(() => {
          throw error;
        });
      }
    }
  }
  runStores(data, call, self, ...args) {
    return runStores(this._stores, data, () => {
      this.publish(data);
      return apply(call, self, args);
    });
  }
};
var ActiveChannel = class extends Channel {
};
var channel = (name) => {
  const known = channels.get(name);
  if (known) return known;
  if (typeof name !== "string" && typeof name !== "symbol") {
    throw new ERR_INVALID_ARG_TYPE("channel", ["string", "symbol"], name);
  }
  const made = new Channel(name);
  channels.set(name, made);
  return made;
};
var EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"];
var TracingChannel = class {
  constructor(nameOrChannels) {
    for (const event of EVENTS) {
      let value;
      if (typeof nameOrChannels === "string") value = channel(`tracing:${nameOrChannels}:${event}`);
      else if (typeof nameOrChannels === "object" && nameOrChannels !== null) {
        value = nameOrChannels[event];
        if (!(value instanceof Channel)) throw new ERR_INVALID_ARG_TYPE(`nameOrChannels.${event}`, ["Channel"], value);
      } else throw new ERR_INVALID_ARG_TYPE("nameOrChannels", ["string", "object", "TracingChannel"], nameOrChannels);
      Object.defineProperty(this, event, { value, enumerable: true });
    }
  }
  get hasSubscribers() {
    return EVENTS.some((event) => this[event].hasSubscribers);
  }
  subscribe(handlers) {
    for (const event of EVENTS) if (handlers[event]) this[event].subscribe(handlers[event]);
  }
  unsubscribe(handlers) {
    let done = true;
    for (const event of EVENTS) if (handlers[event] && !this[event].unsubscribe(handlers[event])) done = false;
    return done;
  }
  traceSync(call, context = {}, self, ...args) {
    if (!this.hasSubscribers) return apply(call, self, args);
    const { start, end, error } = this;
    return start.runStores(context, () => {
      try {
        return context.result = apply(call, self, args);
      } catch (thrown) {
        context.error = thrown;
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }
  tracePromise(call, context = {}, self, ...args) {
    if (!this.hasSubscribers) return apply(call, self, args);
    const { start, end, asyncStart, asyncEnd, error } = this;
    const reject = (thrown) => {
      context.error = thrown;
      error.publish(context);
      asyncStart.publish(context);
      asyncEnd.publish(context);
      return Promise.reject(thrown);
    };
    const resolve = (result) => {
      context.result = result;
      asyncStart.publish(context);
      asyncEnd.publish(context);
      return result;
    };
    return start.runStores(context, () => {
      try {
        let promise = apply(call, self, args);
        if (!(promise instanceof Promise)) promise = Promise.resolve(promise);
        return promise.then(resolve, reject);
      } catch (thrown) {
        context.error = thrown;
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }
  traceCallback(call, position = -1, context = {}, self, ...args) {
    if (!this.hasSubscribers) return apply(call, self, args);
    const { start, end, asyncStart, asyncEnd, error } = this;
    const callback = args.at(position);
    validateFunction(callback, "callback");
    const at = position < 0 ? args.length + position : position;
    args[at] = function(...results) {
      const [thrown, result] = results;
      if (thrown) {
        context.error = thrown;
        error.publish(context);
      } else context.result = result;
      return asyncStart.runStores(context, () => {
        try {
          return apply(callback, this, results);
        } finally {
          asyncEnd.publish(context);
        }
      });
    };
    return start.runStores(context, () => {
      try {
        return apply(call, self, args);
      } catch (thrown) {
        context.error = thrown;
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }
};
module.exports = {
  channel,
  hasSubscribers: (name) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name, subscription) => channel(name).subscribe(subscription),
  unsubscribe: (name, subscription) => channel(name).unsubscribe(subscription),
  tracingChannel: (nameOrChannels) => new TracingChannel(nameOrChannels),
  Channel
};
}
