(native, internals) => {
  const { iterator: ITERATOR, toStringTag } = Symbol;
  const { defineProperty, getPrototypeOf } = Object;
  const parent = getPrototypeOf(getPrototypeOf([][ITERATOR]()));

  /** Creates iterators over a list of names and values in turn, which may change. */
  internals.pairs = (name, listOf) => {
    class PairIterator {
      #owner;
      #kind;
      #index = 0;

      constructor(owner, kind) {
        this.#owner = owner;
        this.#kind = kind;
      }

      next() {
        const list = listOf(this.#owner);
        const index = this.#index;
        if (index >= list.length) return { value: undefined, done: true };
        this.#index += 2;
        const name = list[index];
        const value = list[index + 1];
        const kind = this.#kind;
        const item = kind === "keys" ? name : kind === "values" ? value : [name, value];
        return { value: item, done: false };
      }
    }

    const iterators = PairIterator.prototype;
    Object.setPrototypeOf(iterators, parent);
    delete iterators.constructor;
    defineProperty(iterators, "next", { enumerable: true });
    defineProperty(iterators, toStringTag, { value: `${name} Iterator`, configurable: true });
    return (owner, kind) => new PairIterator(owner, kind);
  };
}
