import nacl from "tweetnacl";

const hex = (bytes) => Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
const bytes = (length, start = 0) => Uint8Array.from({ length }, (_, n) => (start + n * 7) & 255);

export default () => {
  const text = new TextEncoder().encode("a message, not a long one");
  const alice = nacl.box.keyPair.fromSecretKey(bytes(32, 1)),
    bob = nacl.box.keyPair.fromSecretKey(bytes(32, 9));
  const nonce = bytes(24, 3),
    key = bytes(32, 5);
  const sealed = nacl.box(text, nonce, bob.publicKey, alice.secretKey);
  const secret = nacl.secretbox(text, nonce, key);
  const signer = nacl.sign.keyPair.fromSeed(bytes(32, 2));
  const signature = nacl.sign.detached(text, signer.secretKey);
  const broken = Uint8Array.from(secret);
  broken[20] ^= 1;
  let error;
  try {
    nacl.secretbox(text, bytes(3), key);
  } catch ({ message }) {
    error = message;
  }
  return {
    keys: [hex(alice.publicKey), hex(bob.publicKey), hex(signer.publicKey)],
    sealed: hex(sealed),
    opened: new TextDecoder().decode(nacl.box.open(sealed, nonce, alice.publicKey, bob.secretKey)),
    secret: hex(secret),
    plain: hex(nacl.secretbox.open(secret, nonce, key)),
    broken: nacl.secretbox.open(broken, nonce, key),
    signature: hex(signature),
    verified: [
      nacl.sign.detached.verify(text, signature, signer.publicKey),
      nacl.sign.detached.verify(bytes(3), signature, signer.publicKey),
    ],
    signed: nacl.sign.open(nacl.sign(text, signer.secretKey), signer.publicKey).length,
    hash: hex(nacl.hash(text)),
    shared: hex(nacl.box.before(bob.publicKey, alice.secretKey)),
    multiplied: hex(nacl.scalarMult.base(bytes(32, 4))),
    equal: nacl.verify(bytes(5), bytes(5)),
    random: [nacl.randomBytes(12).length, nacl.box.keyPair().publicKey.length],
    error,
  };
};
