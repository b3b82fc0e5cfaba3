(native, internals) => {
  const { hide } = internals.intl;
  const { apply } = Reflect;
  const Plain = Object;
  const text = String;
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  // Throws for what is no typed array, or has lost its buffer.
  const { keys } = typed;
  const typedLength = Object.getOwnPropertyDescriptor(typed, "length").get;

  const toLength = (value) => {
    const number = +value;
    if (!(number > 0)) return 0;
    return number > 9007199254740991 ? 9007199254740991 : number - (number % 1);
  };

  const joined = (list, length, locales, options) => {
    let all = "";
    for (let index = 0; index < length; index++) {
      if (index > 0) all += ",";
      const element = list[index];
      if (element === undefined || element === null) continue;
      const string = element.toLocaleString(locales, options);
      all += text(typeof string === "symbol" ? internals.intl.bad("A symbol is no string.") : string);
    }
    return all;
  };

  hide(Array.prototype, "toLocaleString", {
    toLocaleString() {
      const list = Plain(this ?? internals.intl.bad("The value must not be null or undefined."));
      return joined(list, toLength(list.length), arguments[0], arguments[1]);
    },
  }.toLocaleString);

  hide(typed, "toLocaleString", {
    toLocaleString() {
      apply(keys, this, []);
      return joined(this, apply(typedLength, this, []), arguments[0], arguments[1]);
    },
  }.toLocaleString);
}
