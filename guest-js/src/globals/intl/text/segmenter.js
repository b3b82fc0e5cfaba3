(native, internals) => {
  const { canonicalizeLocaleList, expose, getOption, getOptionsObject, readMatcher, resolveLocale,
    set } = internals.intl;
  const { create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
  const { apply } = Reflect;
  const { slice } = String.prototype;
  const { iterator, toStringTag } = Symbol;
  const { floor, trunc } = Math;
  const text = String;
  const TypedArrayPrototype = getPrototypeOf(Float64Array.prototype);
  const length = getOwnPropertyDescriptor(TypedArrayPrototype, "length").get;

  const GRANULARITIES = ["grapheme", "word", "sentence"];

  class Segmenter {
    #locale;
    #granularity;

    constructor(locales = undefined, options = undefined) {
      const requested = canonicalizeLocaleList(locales);
      const given = getOptionsObject(options);
      readMatcher(given);
      this.#locale = resolveLocale(requested, create(null), [], () => []).locale;
      this.#granularity = getOption(given, "granularity", GRANULARITIES, "grapheme");
    }

    segment(string) {
      const granularity = this.#granularity;
      if (typeof string === "symbol") throw new TypeError("A symbol is no string.");
      return new Segments(text(string), granularity);
    }

    resolvedOptions() {
      const granularity = this.#granularity;
      const answer = {};
      set(answer, "locale", this.#locale);
      set(answer, "granularity", granularity);
      return answer;
    }
  }

  // The classes below have no constructor that a program can reach.
  class Segments {
    #string;
    #granularity;
    // Each boundary, doubled, and one more if a word ends there. The first is 0.
    #found;

    constructor(string, granularity) {
      this.#string = string;
      this.#granularity = granularity;
    }

    static boundaries(segments) {
      return segments.#found ??= native.boundaries(segments.#string, segments.#granularity);
    }

    /** Returns the segment that begins at the boundary with this position in the list. */
    static at(segments, position) {
      const found = boundaries(segments);
      if (position + 1 >= apply(length, found, [])) return undefined;
      const from = floor(found[position] / 2);
      const end = found[position + 1];
      const answer = {};
      set(answer, "segment", apply(slice, segments.#string, [from, floor(end / 2)]));
      set(answer, "index", from);
      set(answer, "input", segments.#string);
      if (segments.#granularity === "word") set(answer, "isWordLike", end % 2 === 1);
      return answer;
    }

    containing(index) {
      const string = this.#string;
      const at = trunc(+index) || 0;
      if (at < 0 || at >= string.length) return undefined;
      const found = boundaries(this);
      let low = 0;
      let high = apply(length, found, []) - 1;
      while (low + 1 < high) {
        const middle = floor((low + high) / 2);
        if (floor(found[middle] / 2) <= at) low = middle;
        else high = middle;
      }
      return segmentAt(this, low);
    }

    [iterator]() {
      this.#string;
      return new SegmentIterator(this);
    }
  }
  const { boundaries, at: segmentAt } = Segments;
  delete Segments.prototype.constructor;

  class SegmentIterator {
    #segments;
    #position = 0;

    constructor(segments) {
      this.#segments = segments;
    }

    next() {
      const value = segmentAt(this.#segments, this.#position);
      if (value !== undefined) this.#position++;
      const answer = {};
      set(answer, "value", value);
      set(answer, "done", value === undefined);
      return answer;
    }
  }
  delete SegmentIterator.prototype.constructor;
  setPrototypeOf(SegmentIterator.prototype, getPrototypeOf(getPrototypeOf([][iterator]())));
  defineProperty(SegmentIterator.prototype, toStringTag, {
    value: "Segmenter String Iterator", configurable: true,
  });

  expose(Segmenter);
}
