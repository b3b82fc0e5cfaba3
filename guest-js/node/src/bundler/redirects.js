// The rules of an asset server: redirects and headers by patterns of paths. All patterns match in linear time.
"use strict";

const TOKEN = /(\*|:[A-Za-z]\w*)/;

/** Returns where a placeholder at `start` ends, which is within its segment and before the text that follows. */
const endOfPlaceholder = (path, start, next, isLast) => {
  const slash = path.indexOf("/", start);
  const end = slash < 0 ? path.length : slash;
  const text = next.split("/", 1)[0];
  if (text === "") return end;
  if (isLast || text !== next) return end - text.length;
  return path.lastIndexOf(text, end - text.length);
};

/**
 * Matches a path with a pattern. `:name` is a part of a segment. `*` is any text, once and after all names.
 * Returns what they stand for, `splat` for `*`, or `undefined` if the pattern does not match.
 */
const match = (pattern, path) => {
  // Texts and, between them, placeholders.
  const tokens = pattern.split(TOKEN);
  const found = { __proto__: null };
  let at = 0;
  for (let index = 0; index < tokens.length; index += 2) {
    const text = tokens[index];
    if (!path.startsWith(text, at)) return undefined;
    at += text.length;
    const placeholder = tokens[index + 1];
    if (placeholder === undefined) break;
    const next = tokens[index + 2];
    const isLast = index + 3 === tokens.length;
    let end;
    if (placeholder === "*") {
      if (!isLast) return undefined;
      end = path.length - next.length;
      if (end < at) return undefined;
    } else {
      end = endOfPlaceholder(path, at, next, isLast);
      if (end <= at) return undefined;
    }
    found[placeholder === "*" ? "splat" : placeholder.slice(1)] = path.slice(at, end);
    at = end;
  }
  return at === path.length ? found : undefined;
};

/** Returns true if a path matches a pattern in which each `*` is any text. */
const matchesGlob = (pattern, path) => {
  const [first, ...rest] = pattern.split("*");
  if (rest.length === 0) return first === path;
  const last = rest.pop();
  if (path.length < first.length + last.length || !path.startsWith(first) || !path.endsWith(last)) return false;
  const end = path.length - last.length;
  let at = first.length;
  for (const text of rest) {
    at = path.indexOf(text, at);
    if (at < 0) return false;
    at += text.length;
  }
  return at <= end;
};

/** Returns the rule for a URL, with its target: the first static one, or the first dynamic one. */
const ruleFor = ({ host, pathname }, { static: fixed = {}, dynamic = {} } = {}) => {
  for (const [from, rule] of Object.entries(fixed)) {
    if (from === pathname || from === `https://${host}${pathname}`) return rule;
  }
  for (const [pattern, rule] of Object.entries(dynamic)) {
    const found = match(pattern, pathname);
    if (!found) continue;
    const to = rule.to.replace(/\*|:([A-Za-z]\w*)/g, (text, name = "splat") => found[name] ?? text);
    return { status: rule.status, to: to.trim() };
  }
  return undefined;
};

/**
 * Applies the redirects of a configuration to a URL. Returns a response, or the path that stands for that of
 * the URL.
 */
const redirect = (url, redirects) => {
  const rule = ruleFor(url, redirects);
  if (!rule) return url.pathname;
  // A target that is a path stays on its host, whatever a placeholder stands for.
  const target = new URL(rule.to.replace(/^[/\\]+/, "/"), url);
  if (rule.status === 200) return target.pathname;
  const isHere = target.origin === url.origin;
  const Location = isHere ? `${target.pathname}${target.search || url.search}${target.hash}` : target.href;
  return new Response(null, { status: rule.status, headers: { Location } });
};

/** Applies the header rules of a configuration to a response. */
const withHeaders = (response, pathname, rules = {}) => {
  const set = new Set();
  for (const [pattern, rule] of Object.entries(rules)) {
    if (!matchesGlob(pattern, pathname)) continue;
    for (const name of rule.unset ?? []) response.headers.delete(name);
    for (const [name, value] of Object.entries(rule.set ?? {})) {
      const key = name.toLowerCase();
      // The first rule replaces what the server has set, and later ones add to it.
      if (set.has(key)) response.headers.append(name, value);
      else response.headers.set(name, value);
      set.add(key);
    }
  }
  return response;
};

module.exports = { redirect, withHeaders };
