import {
  base64url,
  calculateJwkThumbprint,
  CompactEncrypt,
  compactDecrypt,
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  exportJWK,
  importJWK,
  importPKCS8,
  jwtDecrypt,
  jwtVerify,
  SignJWT,
  EncryptJWT,
  UnsecuredJWT,
} from "jose";

const now = new Date(1_700_000_000_000);
const secret = new TextEncoder().encode("a secret of 32 bytes, no less...");
const ed = {
  kty: "OKP",
  crv: "Ed25519",
  kid: "one",
  alg: "EdDSA",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};

export default async () => {
  const jwt = await new SignJWT({ role: "admin" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("isolet")
    .setAudience("tests")
    .setSubject("user")
    .setIssuedAt(now)
    .setExpirationTime(new Date(now.getTime() + 3_600_000))
    .sign(secret);
  const { payload, protectedHeader } = await jwtVerify(jwt, secret, {
    issuer: "isolet",
    audience: "tests",
    currentDate: now,
  });
  const failures = [];
  for (const [token, key, options] of [
    [jwt, secret, { currentDate: new Date(now.getTime() + 7_200_000) }],
    [jwt, new Uint8Array(32), { currentDate: now }],
    [jwt, secret, { currentDate: now, audience: "other" }],
    ["a.b", secret, {}],
  ]) {
    await jwtVerify(token, key, options).catch((error) =>
      failures.push([error.code, error.message, error instanceof errors.JOSEError]),
    );
  }
  const signed = await new SignJWT({ n: 1 })
    .setProtectedHeader({ alg: "EdDSA", kid: "one" })
    .sign(await importJWK(ed));
  const { d, ...open } = ed;
  const set = createLocalJWKSet({ keys: [open] });
  const verified = await jwtVerify(signed, set);
  const jwe = await new CompactEncrypt(new TextEncoder().encode("hidden"))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(secret);
  const plain = await compactDecrypt(jwe, secret);
  const wrapped = await new EncryptJWT({ x: [1, 2] })
    .setProtectedHeader({ alg: "A256KW", enc: "A128CBC-HS256" })
    .encrypt(secret);
  const unwrapped = await jwtDecrypt(wrapped, secret);
  return {
    jwt,
    payload,
    protectedHeader,
    failures,
    signed,
    verified: verified.payload,
    header: decodeProtectedHeader(jwe),
    plain: new TextDecoder().decode(plain.plaintext),
    unwrapped: unwrapped.payload,
    thumbprint: await calculateJwkThumbprint(open),
    exported: await exportJWK(secret),
    unsecured: new UnsecuredJWT({ a: 1 }).encode(),
    base64: base64url.encode("hello?>"),
    imported: typeof importPKCS8,
  };
};
