(native, internals) => {
  const { bad, defaultNumber, getNumberOption, getOption, includes, outOfRange, set } = internals.intl;

  const INCREMENTS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];
  const MODES = [
    "ceil", "floor", "expand", "trunc", "halfCeil", "halfFloor", "halfExpand", "halfTrunc", "halfEven",
  ];
  const PRIORITIES = ["auto", "morePrecision", "lessPrecision"];

  /** Reads the options that say which digits of a number remain, into `settings`. */
  internals.intl.readDigits = (settings, options, leastDefault, mostDefault, notation) => {
    const whole = getNumberOption(options, "minimumIntegerDigits", 1, 21, 1);
    let leastFraction = options.minimumFractionDigits;
    let mostFraction = options.maximumFractionDigits;
    let leastSignificant = options.minimumSignificantDigits;
    let mostSignificant = options.maximumSignificantDigits;
    settings.minimumIntegerDigits = whole;
    const increment = getNumberOption(options, "roundingIncrement", 1, 5000, 1);
    if (!includes(INCREMENTS, increment)) outOfRange("The option \"roundingIncrement\" is out of range.");
    const mode = getOption(options, "roundingMode", MODES, "halfExpand");
    const priority = getOption(options, "roundingPriority", PRIORITIES, "auto");
    const zeros = getOption(options, "trailingZeroDisplay", ["auto", "stripIfInteger"], "auto");
    if (increment !== 1) mostDefault = leastDefault;
    settings.roundingIncrement = increment;
    settings.roundingMode = mode;
    settings.trailingZeroDisplay = zeros;
    const hasSignificant = leastSignificant !== undefined || mostSignificant !== undefined;
    const hasFraction = leastFraction !== undefined || mostFraction !== undefined;
    let needsSignificant = true;
    let needsFraction = true;
    if (priority === "auto") {
      needsSignificant = hasSignificant;
      if (needsSignificant || (!hasFraction && notation === "compact")) needsFraction = false;
    }
    if (needsSignificant) {
      if (hasSignificant) {
        leastSignificant = defaultNumber(leastSignificant, 1, 21, 1, "minimumSignificantDigits");
        mostSignificant = defaultNumber(mostSignificant, leastSignificant, 21, 21, "maximumSignificantDigits");
      } else {
        leastSignificant = 1;
        mostSignificant = 21;
      }
      settings.minimumSignificantDigits = leastSignificant;
      settings.maximumSignificantDigits = mostSignificant;
    }
    if (needsFraction) {
      if (hasFraction) {
        leastFraction = defaultNumber(leastFraction, 0, 100, undefined, "minimumFractionDigits");
        mostFraction = defaultNumber(mostFraction, 0, 100, undefined, "maximumFractionDigits");
        if (leastFraction === undefined) {
          leastFraction = leastDefault < mostFraction ? leastDefault : mostFraction;
        } else if (mostFraction === undefined) {
          mostFraction = mostDefault > leastFraction ? mostDefault : leastFraction;
        } else if (leastFraction > mostFraction) {
          outOfRange("The option \"minimumFractionDigits\" is above \"maximumFractionDigits\".");
        }
      } else {
        leastFraction = leastDefault;
        mostFraction = mostDefault;
      }
      settings.minimumFractionDigits = leastFraction;
      settings.maximumFractionDigits = mostFraction;
    }
    if (!needsSignificant && !needsFraction) {
      settings.minimumFractionDigits = 0;
      settings.maximumFractionDigits = 0;
      settings.minimumSignificantDigits = 1;
      settings.maximumSignificantDigits = 2;
      settings.roundingType = settings.roundingPriority = "morePrecision";
    } else if (priority !== "auto") {
      settings.roundingType = settings.roundingPriority = priority;
    } else {
      settings.roundingType = hasSignificant ? "significantDigits" : "fractionDigits";
      settings.roundingPriority = "auto";
    }
    if (increment !== 1) {
      if (settings.roundingType !== "fractionDigits") {
        bad("The option \"roundingIncrement\" goes with fraction digits only.");
      }
      if (settings.minimumFractionDigits !== settings.maximumFractionDigits) {
        outOfRange("With a \"roundingIncrement\" the fraction digits must be the same.");
      }
    }
  };

  /** Copies settings to the answer of `resolvedOptions`, in the order of `keys`. */
  internals.intl.resolved = (settings, keys) => {
    const answer = {};
    for (let index = 0; index < keys.length; index++) {
      const value = settings[keys[index]];
      if (value !== undefined) set(answer, keys[index], value);
    }
    return answer;
  };
}
