/* Keys and signatures that Node made, in keys.json. Returns what is wrong. */
(v) => {
  const c = require("crypto");
  const wrong = [];
  const is = (name, found, expected = true) => {
    if (found !== expected) wrong.push(`${name}: ${found}, not ${expected}`);
  };
  const data = Buffer.from("the data");
  const b = (text) => Buffer.from(text, "base64");
  const fails = (act) => {
    try {
      return `${act()}`;
    } catch (error) {
      return error.code;
    }
  };
  const pem = (key, type) => key.export({ type, format: "pem" });

  // Each form of a key is written as it was read.
  const rsa = c.createPrivateKey(v.rsa1), ec = c.createPrivateKey(v.ec1), ed = c.createPrivateKey(v.ed);
  is("pkcs1", pem(rsa, "pkcs1"), v.rsa1);
  is("pkcs8", pem(rsa, "pkcs8"), v.rsa8);
  is("same key", c.createPrivateKey(v.rsa8).equals(rsa));
  is("spki", pem(c.createPublicKey(v.rsaPublic1), "spki"), v.rsaPublic);
  is("public pkcs1", pem(c.createPublicKey(rsa), "pkcs1"), v.rsaPublic1);
  is("sec1", pem(ec, "sec1"), v.ec1);
  is("sec1 of pkcs8", pem(c.createPrivateKey(v.ec8), "sec1"), v.ec1);
  is("ec pkcs8", pem(ec, "pkcs8"), v.ec8);
  is("ec spki", pem(c.createPublicKey(v.ec8), "spki"), v.ecPublic);
  is("ec jwk", JSON.stringify(ec.export({ format: "jwk" })), JSON.stringify(v.ecJwk));
  is("of jwk", c.createPrivateKey({ key: v.ecJwk, format: "jwk" }).equals(ec));
  is("rsa jwk", JSON.stringify(c.createPublicKey(rsa).export({ format: "jwk" })), JSON.stringify(v.jwkRsa));
  is("ed", pem(ed, "pkcs8") + pem(c.createPublicKey(ed), "spki"), v.ed + v.edPublic);
  is("p-384", pem(c.createPrivateKey(v.ec384), "sec1"), v.ec384);
  is("der", c.createPublicKey({ key: ec.export({ type: "pkcs8", format: "der" }), format: "der", type: "pkcs8" }).type, "public");
  is("details", JSON.stringify([rsa.asymmetricKeyType, rsa.asymmetricKeyDetails.modulusLength, `${rsa.asymmetricKeyDetails.publicExponent}`,
    ec.asymmetricKeyType, ec.asymmetricKeyDetails.namedCurve, ed.asymmetricKeyType, ed.type]),
  '["rsa",2048,"65537","ec","prime256v1","ed25519","private"]');

  // Signatures of Node are verified, and those of here are, too.
  const both = (name, algorithm, key, options, theirs, publicKey) => {
    is(`${name} of Node`, c.verify(algorithm, data, { key: publicKey, ...options }, b(theirs)));
    const own = c.sign(algorithm, data, { key, ...options });
    is(name, c.verify(algorithm, data, { key: publicKey, ...options }, own));
    is(`${name} of other data`, c.verify(algorithm, Buffer.from("other"), { key: publicKey, ...options }, own), false);
    own[own.length - 1] ^= 1;
    is(`${name}, changed`, c.verify(algorithm, data, { key: publicKey, ...options }, own), false);
  };
  both("rsa", "sha256", v.rsa1, {}, v.sRsa, v.rsaPublic);
  is("rsa is the same", c.sign("sha256", data, rsa).toString("base64"), v.sRsa);
  both("pss", "RSA-SHA512", rsa, { padding: c.constants.RSA_PKCS1_PSS_PADDING }, v.sPss, v.rsaPublic);
  both("pss of the digest", "sha256", rsa, { padding: 6, saltLength: -1 }, v.sPssDigest, v.rsaPublic);
  both("ec", "sha256", v.ec1, {}, v.sEc, v.ecPublic);
  both("ec, numbers", "sha256", v.ec8, { dsaEncoding: "ieee-p1363" }, v.sEcRaw, v.ecPublic);
  both("ed", null, ed, {}, v.sEd, v.edPublic);
  const signer = c.createSign("RSA-SHA256");
  signer.write("the ");
  signer.end("data");
  is("pieces", signer.sign(v.rsa1, "base64"), v.sRsa);
  is("createVerify", c.createVerify("sha256").update(data).verify(v.rsa1, v.sRsa, "base64"));

  is("secret", c.diffieHellman({ privateKey: c.createPrivateKey(v.x), publicKey: c.createPublicKey(v.y) }).toString("hex"), v.secret);
  is("oaep of Node", `${c.privateDecrypt({ key: v.rsa8, oaepHash: "sha256" }, b(v.oaep))}`, "the data");
  is("oaep", `${c.privateDecrypt(rsa, c.publicEncrypt(v.rsaPublic, data))}`, "the data");
  const [one, two] = [c.createECDH("prime256v1"), c.createECDH("prime256v1")];
  const of = one.generateKeys("hex", "uncompressed");
  two.setPrivateKey(ec.export({ format: "jwk" }).d, "base64url");
  is("ecdh", one.computeSecret(two.getPublicKey()).equals(two.computeSecret(of, "hex")));
  is("compressed", c.createECDH("secp384r1").generateKeys("hex", "compressed").length, 98);

  const made = c.generateKeyPairSync("ec", { namedCurve: "P-521" });
  both("made", "sha512", made.privateKey, {}, c.sign("sha512", data, made.privateKey).toString("base64"), made.publicKey);
  is("encoded", c.generateKeyPairSync("ed25519", { publicKeyEncoding: { type: "spki", format: "pem" } }).publicKey.slice(0, 26), "-----BEGIN PUBLIC KEY-----");
  is("secret key", c.createHmac("sha256", c.generateKeySync("hmac", { length: 64 })).digest().length, 32);

  is("no key", fails(() => c.createPrivateKey("text")), "ERR_OSSL_UNSUPPORTED");
  is("cut off", fails(() => c.createPublicKey(v.rsaPublic.replace(/\n[^\n]+\n-----END/, "\n-----END"))).slice(0, 8), "ERR_OSSL");
  is("public for private", fails(() => c.createPrivateKey(v.rsaPublic)), "ERR_OSSL_UNSUPPORTED");
  is("no such hash", fails(() => c.createSign("md9")), "ERR_CRYPTO_INVALID_DIGEST");
  is("secret for public", fails(() => c.createPublicKey(c.createSecretKey(data))), "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE");
  is("x25519 cannot sign", fails(() => c.sign(null, data, v.x)), "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE");
  return wrong.join("; ");
}
