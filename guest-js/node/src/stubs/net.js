// Addresses need no network.
const isIPv4 = (text) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(`${text}`) && !/(^|\.)0\d/.test(text);
const isIPv6 = (text) => {
  text = `${text}`.replace(/%[0-9a-zA-Z.-]+$/, "");
  const tail = /^(.*:)([^:]*\.[^:]*)$/.exec(text);
  if (tail !== null) {
    if (!isIPv4(tail[2])) return false;
    text = `${tail[1]}0:0`;
  }
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? groups.length < 8 : groups.length === 8);
};
made.isIPv4 = isIPv4;
made.isIPv6 = isIPv6;
made.isIP = (text) => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0);
