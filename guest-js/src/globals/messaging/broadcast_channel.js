(native, internals) => {
  const { cloneMessage, dispatch, messageEvent, setTimeout, streams } = internals;
  const { bad } = streams;
  const Exception = DOMException;

  // The open channels of this sandbox by name, oldest first.
  const channels = { __proto__: null };

  class BroadcastChannel extends EventTarget {
    #name;
    #isOpen = true;

    constructor(name) {
      if (arguments.length === 0) bad("BroadcastChannel needs a name.");
      super();
      this.#name = `${name}`;
      const list = (channels[this.#name] ??= []);
      list[list.length] = this;
    }

    get name() {
      return this.#name;
    }

    postMessage(message) {
      const list = channels[this.#name];
      if (arguments.length === 0) bad("postMessage needs a message.");
      if (!this.#isOpen) throw new Exception("The channel is closed.", "InvalidStateError");
      // Refuses a message that cannot be cloned, even if nobody listens.
      let { data } = cloneMessage(message, undefined, undefined);
      for (let index = 0; index < list.length; index++) {
        const channel = list[index];
        if (channel === this) continue;
        const own = data;
        data = cloneMessage(own, undefined, undefined).data;
        setTimeout(() => {
          if (channel.#isOpen) dispatch(channel, messageEvent("message", own, []));
        }, 0);
      }
    }

    close() {
      const list = channels[this.#name];
      if (!this.#isOpen) return;
      this.#isOpen = false;
      const kept = [];
      for (let index = 0; index < list.length; index++) {
        if (list[index] !== this) kept[kept.length] = list[index];
      }
      if (kept.length > 0) channels[this.#name] = kept;
      else delete channels[this.#name];
    }
  }
  internals.interface(BroadcastChannel);
  internals.eventHandler(BroadcastChannel, "message");
  internals.eventHandler(BroadcastChannel, "messageerror");
}
