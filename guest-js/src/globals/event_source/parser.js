(native, internals) => {
  const { apply } = Reflect;
  const { charCodeAt, indexOf, slice } = String.prototype;
  const [LINE_FEED, SPACE] = [10, 32];
  const { decode } = TextDecoder.prototype;
  const Decoder = TextDecoder;
  const { test } = RegExp.prototype;
  const DIGITS = /^[0-9]+$/;
  const CONTINUED = { __proto__: null, stream: true };

  /**
   * Returns a function that takes the bytes of a stream of events. It calls `event(type, data, id)`
   * for each event, and `retry(milliseconds)`.
   */
  internals.eventParser = (lastEventId, event, retry) => {
    const decoder = new Decoder();
    let id = lastEventId;
    let [type, data] = ["", ""];
    // The beginning of a line, and whether the line before it ended with a carriage return.
    let rest = "";
    let isAfterReturn = false;

    const field = (name, value) => {
      if (name === "data") data += `${value}\n`;
      else if (name === "event") type = value;
      else if (name === "id" && apply(indexOf, value, ["\0"]) < 0) id = value;
      else if (name === "retry" && apply(test, DIGITS, [value])) retry(+value);
    };
    const line = (text) => {
      if (text === "") {
        const [name, all] = [type, data];
        type = data = "";
        event(name === "" ? "message" : name, all === "" ? undefined : apply(slice, all, [0, -1]), id);
        return;
      }
      const colon = apply(indexOf, text, [":"]);
      if (colon === 0) return;
      if (colon < 0) return field(text, "");
      const from = apply(charCodeAt, text, [colon + 1]) === SPACE ? colon + 2 : colon + 1;
      field(apply(slice, text, [0, colon]), apply(slice, text, [from]));
    };

    return (bytes) => {
      const text = apply(decode, decoder, [bytes, CONTINUED]);
      if (text === "") return;
      let at = isAfterReturn && apply(charCodeAt, text, [0]) === LINE_FEED ? 1 : 0;
      isAfterReturn = false;
      const next = (end) => {
        const found = apply(indexOf, text, [end, at]);
        return found < 0 ? text.length : found;
      };
      let [feed, carriage] = [next("\n"), next("\r")];
      for (;;) {
        const end = feed < carriage ? feed : carriage;
        const part = apply(slice, text, [at, end]);
        if (end === text.length) {
          rest += part;
          return;
        }
        at = end + 1;
        if (end === carriage) {
          if (at === text.length) isAfterReturn = true;
          else if (feed === at) at++;
        }
        const whole = rest === "" ? part : rest + part;
        rest = "";
        line(whole);
        if (feed < at) feed = next("\n");
        if (carriage < at) carriage = next("\r");
      }
    };
  };
}
