(native, internals) => {
  const { apply } = Reflect;
  const { messages, RpcTarget, streams } = internals;
  const { bad, deferred, handled, resolved, then } = streams;
  const { breakOff, discard, put, putAll, takeSome, whenEmpty } = messages;
  const { clearTimer, currentInvocation, send, setTimer, wait, waited, within } = native;

  const Failure = Error;
  const gone = () => new Failure("The other side of the WebSocket is gone.");

  // The capability that is the end of a socket of this worker. Its holder asks it for messages,
  // and sends it messages, a list at a time. The invocation that has handed it over stays open
  // until both sides have closed.
  class End extends RpcTarget {
    // The messages for the holder, and those of the holder.
    #in;
    #out;
    #asked;
    #timer = 0;
    #isSending = false;
    #isOver = false;
    #invocation = currentInvocation();
    #waits = wait(this.#invocation);

    constructor(incoming, outgoing) {
      super();
      this.#in = incoming;
      this.#out = outgoing;
      incoming.taker = () => {
        // Messages that are sent in one job are handed over together.
        if (this.#asked !== undefined) then(resolved(), () => this.#answer());
      };
    }

    static withdraw(target) {
      if (#asked in target) target.#leave();
    }

    #answer() {
      const asked = this.#asked;
      if (asked === undefined) return;
      this.#asked = undefined;
      clearTimer(this.#timer);
      asked.resolve(takeSome(this.#in));
      messages.confirmEmpty(this.#in);
      this.#end();
    }

    #end() {
      const isDone = this.#in.isOver && this.#in.list.length === 0 && this.#out.isOver;
      if (!isDone || this.#isOver) return;
      this.#isOver = true;
      if (this.#waits) waited(this.#invocation);
    }

    #leave() {
      if (this.#isOver) return;
      discard(this.#in);
      breakOff(this.#out, gone());
      this.#end();
    }

    /**
     * Returns a promise of the next messages, of which there is at least one. If there is none
     * within `time` milliseconds, the list is empty.
     */
    receive(time = undefined) {
      if (this.#asked !== undefined) bad("The WebSocket is being read already.");
      this.#asked = deferred();
      const { promise } = this.#asked;
      if (this.#in.list.length > 0 || this.#isOver) this.#answer();
      else if (typeof time === "number") this.#timer = setTimer(() => this.#answer(), time, false);
      return promise;
    }

    /** Resolves when the messages were received, to bound their bytes. */
    send(list) {
      if (this.#isSending) bad("The WebSocket is being written to already.");
      putAll(this.#out, list);
      this.#isSending = true;
      return then(whenEmpty(this.#out), () => {
        this.#isSending = false;
        this.#end();
      });
    }

    // The listeners run at the expense of the invocation, if it is still open.
    [Symbol.dispose]() {
      if (this.#isOver) return;
      if (!wait(this.#invocation)) return this.#leave();
      within(this.#invocation, () => setTimer(() => {
        this.#leave();
        waited(this.#invocation);
      }, 0, false));
    }
  }
  internals.newEnd = (incoming, outgoing) => new End(incoming, outgoing);
  internals.withdrawSocket = End.withdraw;

  /**
   * Moves messages between two queues and an end elsewhere, at the expense of the invocation
   * that accepts the socket, and ends with it.
   */
  internals.linkEnd = (stub, incoming, outgoing) => {
    let isSending = false;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      apply(native.dispose, stub, []);
    };
    const fail = (error) => {
      if (isOver) return;
      end();
      discard(outgoing);
      breakOff(incoming, error);
    };
    const endIfDone = () => {
      if (incoming.isOver && outgoing.isOver && outgoing.list.length === 0 && !isSending) end();
    };
    const push = () => {
      if (isSending || isOver || outgoing.list.length === 0) return;
      isSending = true;
      const before = outgoing.bytes;
      const list = takeSome(outgoing);
      outgoing.underway = before - outgoing.bytes;
      then(send(stub, "send", [list]), () => {
        isSending = false;
        outgoing.underway = 0;
        endIfDone();
        push();
      }, fail);
    };
    const receive = (list) => {
      try {
        putAll(incoming, list);
      } catch (error) {
        return fail(error);
      }
      if (incoming.isOver) endIfDone();
      else then(whenEmpty(incoming), pull);
    };
    const pull = () => {
      if (!isOver) then(send(stub, "receive", []), receive, fail);
    };
    // Messages that are sent in one job are handed over together.
    outgoing.taker = () => handled(then(resolved(), push));
    pull();
    push();
  };
}
