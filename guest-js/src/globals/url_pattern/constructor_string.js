(native, internals) => {
  const { patterns } = internals;
  const { canonical, compile, cut, DEFAULT, matchesSpecial } = patterns;

  // The order of the states. A pattern passes through some of them.
  const ORDER = {
    __proto__: null,
    init: 0, protocol: 1, authority: 2, username: 3, password: 4, hostname: 5, port: 6, pathname: 7, search: 8, hash: 9, done: 10,
  };

  /** Splits a pattern that is a string into the patterns of its components. */
  class Splitter {
    #text;
    #tokens;
    #state = "init";
    #index = 0;
    // The index at which the component begins.
    #start = 0;
    // True if the token is to be looked at once more, in the new state.
    #again = false;
    #groups = 0;
    #brackets = 0;
    #isSpecial = false;
    #result = { __proto__: null };

    constructor(text) {
      this.#text = text;
      this.#tokens = patterns.tokens(text, true);
    }

    #token(index) {
      const tokens = this.#tokens;
      return tokens[index < tokens.length ? index : tokens.length - 1];
    }

    #isAt(char, index = this.#index) {
      const { type, value } = this.#token(index);
      return value === char && (type === "char" || type === "escaped-char" || type === "invalid-char");
    }

    // A question mark begins the search unless it is a modifier.
    #isSearch() {
      if (this.#isAt("?")) return true;
      if (this.#token(this.#index).value !== "?" || this.#token(this.#index).type === "name") return false;
      if (this.#index === 0) return true;
      const { type } = this.#token(this.#index - 1);
      return type !== "name" && type !== "regexp" && type !== "close" && type !== "asterisk";
    }

    #component() {
      return cut(this.#text, this.#token(this.#start).index, this.#token(this.#index).index);
    }

    #rewind(state) {
      this.#index = this.#start;
      this.#again = true;
      this.#state = state;
    }

    #change(state, skipped) {
      const result = this.#result;
      const from = this.#state;
      if (from !== "init" && from !== "authority" && from !== "done") result[from] = this.#component();
      if (from !== "init" && state !== "done") {
        const at = ORDER[from];
        const to = ORDER[state];
        if (at < ORDER.hostname && to > ORDER.hostname) result.hostname ??= "";
        if (at < ORDER.pathname && to > ORDER.pathname) result.pathname ??= this.#isSpecial ? "/" : "";
        if (at < ORDER.search && to > ORDER.search) result.search ??= "";
      }
      this.#state = state;
      this.#index += skipped;
      this.#start = this.#index;
      this.#again = true;
    }

    #changeAtEnd(isPathToo) {
      if (isPathToo && this.#isAt("/")) this.#change("pathname", 0);
      else if (this.#isSearch()) this.#change("search", 1);
      else if (this.#isAt("#")) this.#change("hash", 1);
    }

    #afterProtocol() {
      const component = compile(this.#component(), DEFAULT, canonical.protocol);
      this.#isSpecial = matchesSpecial(component);
      if (this.#isAt("/", this.#index + 1) && this.#isAt("/", this.#index + 2)) this.#change("authority", 3);
      else this.#change(this.#isSpecial ? "authority" : "pathname", 1);
    }

    #step() {
      switch (this.#state) {
        case "init":
          if (this.#isAt(":")) this.#rewind("protocol");
          break;
        case "protocol":
          if (this.#isAt(":")) this.#afterProtocol();
          break;
        case "authority":
          if (this.#isAt("@")) this.#rewind("username");
          else if (this.#isAt("/") || this.#isSearch() || this.#isAt("#")) this.#rewind("hostname");
          break;
        case "username":
          if (this.#isAt(":")) this.#change("password", 1);
          else if (this.#isAt("@")) this.#change("hostname", 1);
          break;
        case "password":
          if (this.#isAt("@")) this.#change("hostname", 1);
          break;
        case "hostname":
          if (this.#isAt("[")) this.#brackets++;
          else if (this.#isAt("]")) this.#brackets--;
          else if (this.#isAt(":") && this.#brackets === 0) this.#change("port", 1);
          else this.#changeAtEnd(true);
          break;
        case "port":
          this.#changeAtEnd(true);
          break;
        case "pathname":
          this.#changeAtEnd(false);
          break;
        case "search":
          if (this.#isAt("#")) this.#change("hash", 1);
          break;
      }
    }

    // Returns true if the end of the text is not the end of the last component.
    #goOn() {
      if (this.#state === "authority") {
        this.#rewind("hostname");
        return true;
      }
      if (this.#state !== "init") return false;
      this.#rewind("init");
      if (this.#isAt("#")) this.#change("hash", 1);
      else if (this.#isSearch()) this.#change("search", 1);
      else this.#change("pathname", 0);
      return true;
    }

    split() {
      for (; this.#index < this.#tokens.length; this.#index += this.#again ? 0 : 1) {
        this.#again = false;
        const { type } = this.#tokens[this.#index];
        if (type === "end") {
          if (this.#goOn()) continue;
          this.#change("done", 0);
          break;
        }
        if (type === "open") {
          this.#groups++;
          continue;
        }
        if (this.#groups > 0) {
          if (type !== "close") continue;
          this.#groups--;
        }
        this.#step();
      }
      const result = this.#result;
      if (result.hostname !== undefined) result.port ??= "";
      return result;
    }
  }

  patterns.split = (text) => new Splitter(text).split();
}
