(require, module, exports, native) => {

// src/internal/parse_args.js
var { codes } = require("node:internal/errors");
var { validateArray, validateBoolean, validateBooleanArray, validateObject, validateString, validateStringArray, validateUnion } = require("node:internal/validators");
var { ERR_INVALID_ARG_VALUE, ERR_PARSE_ARGS_INVALID_OPTION_VALUE, ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL, ERR_PARSE_ARGS_UNKNOWN_OPTION } = codes;
var own = (object, key) => Object.hasOwn(object ?? {}, key) ? object[key] : void 0;
var looksLikeOption = (arg) => arg.length > 1 && arg[0] === "-";
var tokensOf = (args, options) => {
  const tokens = [];
  const longOf = (short) => Object.keys(options).find((name) => options[name].short === short) ?? short;
  const takesValue = (name) => own(own(options, name), "type") === "string";
  const left = [...args];
  let index = -1;
  let group = 0;
  while (left.length > 0) {
    const arg = left.shift();
    const next = left[0];
    if (group > 0) group--;
    else index++;
    if (arg === "--") {
      tokens.push({ kind: "option-terminator", index });
      for (const value of left) tokens.push({ kind: "positional", index: ++index, value });
      break;
    }
    if (arg.length === 2 && arg[0] === "-" && arg[1] !== "-") {
      const name = longOf(arg[1]);
      let value;
      let inlineValue;
      if (takesValue(name) && next != null) {
        value = left.shift();
        inlineValue = false;
      }
      tokens.push({ kind: "option", name, rawName: arg, index, value, inlineValue });
      if (value != null) ++index;
      continue;
    }
    if (arg.length > 2 && arg[0] === "-" && arg[1] !== "-") {
      const expanded = [];
      for (let at = 1; at < arg.length; at++) {
        const name = longOf(arg[at]);
        if (!takesValue(name) || at === arg.length - 1) {
          expanded.push(`-${arg[at]}`);
        } else if (at === 1) {
          tokens.push({ kind: "option", name, rawName: `-${arg[at]}`, index, value: arg.slice(2), inlineValue: true });
          break;
        } else {
          expanded.push(`-${arg.slice(at)}`);
          break;
        }
      }
      left.unshift(...expanded);
      group = expanded.length;
      continue;
    }
    if (arg.length > 2 && arg.startsWith("--")) {
      const equals = arg.indexOf("=", 3);
      if (equals < 0) {
        const name = arg.slice(2);
        let value;
        let inlineValue;
        if (takesValue(name) && next != null) {
          value = left.shift();
          inlineValue = false;
        }
        tokens.push({ kind: "option", name, rawName: arg, index, value, inlineValue });
        if (value != null) ++index;
      } else {
        const name = arg.slice(2, equals);
        tokens.push({ kind: "option", name, rawName: `--${name}`, index, value: arg.slice(equals + 1), inlineValue: true });
      }
      continue;
    }
    tokens.push({ kind: "positional", index, value: arg });
  }
  return tokens;
};
var parseArgs = (config = { __proto__: null }) => {
  const process = require("node:process");
  const args = own(config, "args") ?? process.argv.slice(2);
  const strict = own(config, "strict") ?? true;
  const allowPositionals = own(config, "allowPositionals") ?? !strict;
  const returnTokens = own(config, "tokens") ?? false;
  const allowNegative = own(config, "allowNegative") ?? false;
  const options = own(config, "options") ?? { __proto__: null };
  validateArray(args, "args");
  validateBoolean(strict, "strict");
  validateBoolean(allowPositionals, "allowPositionals");
  validateBoolean(returnTokens, "tokens");
  validateBoolean(allowNegative, "allowNegative");
  validateObject(options, "options");
  for (const [name, option] of Object.entries(options)) {
    validateObject(option, `options.${name}`);
    const type = own(option, "type");
    validateUnion(type, `options.${name}.type`, ["string", "boolean"]);
    if (Object.hasOwn(option, "short")) {
      validateString(option.short, `options.${name}.short`);
      if (option.short.length !== 1) {
        throw new ERR_INVALID_ARG_VALUE(`options.${name}.short`, option.short, "must be a single character");
      }
    }
    const multiple = own(option, "multiple");
    if (Object.hasOwn(option, "multiple")) validateBoolean(multiple, `options.${name}.multiple`);
    const value = own(option, "default");
    if (value !== void 0) {
      const check = type === "string" ? multiple ? validateStringArray : validateString : multiple ? validateBooleanArray : validateBoolean;
      check(value, `options.${name}.default`);
    }
  }
  const tokens = tokensOf(args, options);
  const result = { values: { __proto__: null }, positionals: [] };
  if (returnTokens) result.tokens = tokens;
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (!allowPositionals) throw new ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL(token.value);
      result.positionals.push(token.value);
      continue;
    }
    if (token.kind !== "option") continue;
    const option = () => own(options, token.name);
    if (strict) checkUsage(token, options, allowPositionals, allowNegative);
    let { name, value } = token;
    if (allowNegative && option() === void 0 && name.startsWith("no-") && value === void 0) {
      const positive = name.slice(3);
      if (!strict || own(own(options, positive), "type") === "boolean") {
        token.name = name = positive;
        value = false;
        if (returnTokens) token.value = void 0;
      }
    } else if (value === void 0) value = true;
    if (name === "__proto__") continue;
    if (own(own(options, name), "multiple")) {
      if (result.values[name]) result.values[name].push(value);
      else result.values[name] = [value];
    } else result.values[name] = value;
    if (strict && !token.inlineValue && typeof token.value === "string") checkLike(token);
  }
  for (const [name, option] of Object.entries(options)) {
    if (own(option, "default") !== void 0 && !Object.hasOwn(result.values, name) && name !== "__proto__") {
      result.values[name] = option.default;
    }
  }
  return result;
};
var checkLike = ({ value, rawName }) => {
  if (!looksLikeOption(value)) return;
  const example = rawName.startsWith("--") ? `'${rawName}=-XYZ'` : `'--${rawName}=-XYZ' or '${rawName}-XYZ'`;
  throw new ERR_PARSE_ARGS_INVALID_OPTION_VALUE(
    `Option '${rawName}' argument is ambiguous.
Did you forget to specify the option argument for '${rawName}'?
To specify an option argument starting with a dash use ${example}.`
  );
};
var checkUsage = (token, options, allowPositionals, allowNegative) => {
  let name = token.name;
  if (!Object.hasOwn(options, name)) {
    const positive = name.startsWith("no-") ? name.slice(3) : void 0;
    if (!(allowNegative && positive !== void 0 && own(own(options, positive), "type") === "boolean" && token.value === void 0)) {
      throw new ERR_PARSE_ARGS_UNKNOWN_OPTION(token.rawName, allowPositionals);
    }
    return;
  }
  const { short, type } = options[name];
  const shown = `${short ? `-${short}, ` : ""}--${name}`;
  if (type === "string" && typeof token.value !== "string") {
    throw new ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${shown} <value>' argument missing`);
  }
  if (type === "boolean" && token.value != null) {
    throw new ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${shown}' does not take an argument`);
  }
};
module.exports = { parseArgs };
}
