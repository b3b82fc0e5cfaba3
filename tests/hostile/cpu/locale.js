//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// Locale-aware comparison and case changes of long texts; the longest expansions of a letter.
export default () => { const s = "\u0390\ufb03İ".repeat(200_000); for (;;) { s.localeCompare(s + "x"); s.toLocaleUpperCase(); s.toLocaleLowerCase(); } };
