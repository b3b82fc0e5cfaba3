import { customAlphabet, customRandom, nanoid, urlAlphabet } from "nanoid";
import { nanoid as insecure } from "nanoid/non-secure";

export default () => {
  let seed = 1;
  const bytes = (size) => Uint8Array.from({ length: size }, () => (seed = (seed * 16807) % 2147483647) & 255);
  const seeded = customRandom("abcdef", 10, bytes);
  const hex = customAlphabet("0123456789abcdef", 12);
  const many = new Set(Array.from({ length: 500 }, () => nanoid()));
  return {
    seeded: [seeded(), seeded(5)],
    shape: [/^[\w-]{21}$/.test(nanoid()), /^[0-9a-f]{12}$/.test(hex()), /^[\w-]{8}$/.test(insecure(8))],
    alphabet: [...urlAlphabet].sort().join(""),
    unique: many.size,
    sizes: [nanoid(0), nanoid(3).length, hex(40).length],
  };
};
