// ---- Cryptography ------------------------------------------------------------------------------

type KeyFormat = "jwk" | "pkcs8" | "raw" | "spki";
type KeyType = "private" | "public" | "secret";
type KeyUsage =
  | "decrypt"
  | "deriveBits"
  | "deriveKey"
  | "encrypt"
  | "sign"
  | "unwrapKey"
  | "verify"
  | "wrapKey";

interface Algorithm {
  name: string;
}

type AlgorithmIdentifier = Algorithm | string;
/** SHA-1, SHA-256, SHA-384 or SHA-512. */
type HashAlgorithmIdentifier = AlgorithmIdentifier;
/** P-256, P-384 or P-521. */
type NamedCurve = string;

/** AES-CBC. */
interface AesCbcParams extends Algorithm {
  iv: BufferSource;
}

/** AES-CTR. */
interface AesCtrParams extends Algorithm {
  counter: BufferSource;
  length: number;
}

/** AES-GCM. */
interface AesGcmParams extends Algorithm {
  additionalData?: BufferSource;
  iv: BufferSource;
  tagLength?: number;
}

/** AES-CBC, AES-CTR, AES-GCM or AES-KW, with 128, 192 or 256 bits. */
interface AesKeyGenParams extends Algorithm {
  length: number;
}

interface AesDerivedKeyParams extends Algorithm {
  length: number;
}

/** HMAC. The length is in bits. */
interface HmacKeyGenParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
  length?: number;
}

interface HmacImportParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
  length?: number;
}

/** HKDF. */
interface HkdfParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
  info: BufferSource;
  salt: BufferSource;
}

/** PBKDF2. */
interface Pbkdf2Params extends Algorithm {
  hash: HashAlgorithmIdentifier;
  iterations: number;
  salt: BufferSource;
}

/** ECDSA or ECDH. */
interface EcKeyGenParams extends Algorithm {
  namedCurve: NamedCurve;
}

interface EcKeyImportParams extends Algorithm {
  namedCurve: NamedCurve;
}

/** ECDSA. */
interface EcdsaParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
}

/** ECDH or X25519. */
interface EcdhKeyDeriveParams extends Algorithm {
  public: CryptoKey;
}

/** RSASSA-PKCS1-v1_5, RSA-PSS or RSA-OAEP. */
interface RsaHashedKeyGenParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
  modulusLength: number;
  publicExponent: Uint8Array;
}

interface RsaHashedImportParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
}

/** RSA-OAEP. */
interface RsaOaepParams extends Algorithm {
  label?: BufferSource;
}

/** RSA-PSS. */
interface RsaPssParams extends Algorithm {
  saltLength: number;
}

interface KeyAlgorithm {
  name: string;
}

interface AesKeyAlgorithm extends KeyAlgorithm {
  length: number;
}

interface HmacKeyAlgorithm extends KeyAlgorithm {
  hash: KeyAlgorithm;
  length: number;
}

interface EcKeyAlgorithm extends KeyAlgorithm {
  namedCurve: NamedCurve;
}

interface RsaHashedKeyAlgorithm extends KeyAlgorithm {
  hash: KeyAlgorithm;
  modulusLength: number;
  publicExponent: Uint8Array<ArrayBuffer>;
}

interface RsaOtherPrimesInfo {
  d?: string;
  r?: string;
  t?: string;
}

interface JsonWebKey {
  alg?: string;
  crv?: string;
  d?: string;
  dp?: string;
  dq?: string;
  e?: string;
  ext?: boolean;
  k?: string;
  key_ops?: string[];
  kty?: string;
  n?: string;
  oth?: RsaOtherPrimesInfo[];
  p?: string;
  q?: string;
  qi?: string;
  use?: string;
  x?: string;
  y?: string;
}

interface CryptoKey {
  readonly algorithm: KeyAlgorithm;
  readonly extractable: boolean;
  readonly type: KeyType;
  readonly usages: KeyUsage[];
}
declare var CryptoKey: {
  prototype: CryptoKey;
};

interface CryptoKeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

type SubtleCryptoEncryptAlgorithm = AesCbcParams | AesCtrParams | AesGcmParams | RsaOaepParams;
type SubtleCryptoSignAlgorithm = EcdsaParams | RsaPssParams | Algorithm;
type SubtleCryptoDeriveKeyAlgorithm = EcdhKeyDeriveParams | HkdfParams | Pbkdf2Params;
type SubtleCryptoImportKeyAlgorithm =
  | Algorithm
  | EcKeyImportParams
  | HmacImportParams
  | RsaHashedImportParams;
type SubtleCryptoDerivedKeyAlgorithm = AesDerivedKeyParams | Algorithm | HmacImportParams;

interface SubtleCrypto {
  decrypt(
    algorithm: AlgorithmIdentifier | SubtleCryptoEncryptAlgorithm,
    key: CryptoKey,
    data: BufferSource,
  ): Promise<ArrayBuffer>;
  deriveBits(
    algorithm: AlgorithmIdentifier | SubtleCryptoDeriveKeyAlgorithm,
    baseKey: CryptoKey,
    length?: number | null,
  ): Promise<ArrayBuffer>;
  deriveKey(
    algorithm: AlgorithmIdentifier | SubtleCryptoDeriveKeyAlgorithm,
    baseKey: CryptoKey,
    derivedKeyType: AlgorithmIdentifier | SubtleCryptoDerivedKeyAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer>;
  encrypt(
    algorithm: AlgorithmIdentifier | SubtleCryptoEncryptAlgorithm,
    key: CryptoKey,
    data: BufferSource,
  ): Promise<ArrayBuffer>;
  exportKey(format: "jwk", key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: Exclude<KeyFormat, "jwk">, key: CryptoKey): Promise<ArrayBuffer>;
  exportKey(format: KeyFormat, key: CryptoKey): Promise<ArrayBuffer | JsonWebKey>;
  generateKey(
    algorithm: "Ed25519" | "X25519" | { name: "Ed25519" | "X25519" },
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: RsaHashedKeyGenParams | EcKeyGenParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: AesKeyGenParams | HmacKeyGenParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  generateKey(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey | CryptoKeyPair>;
  importKey(
    format: "jwk",
    keyData: JsonWebKey,
    algorithm: AlgorithmIdentifier | SubtleCryptoImportKeyAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  importKey(
    format: Exclude<KeyFormat, "jwk">,
    keyData: BufferSource,
    algorithm: AlgorithmIdentifier | SubtleCryptoImportKeyAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  importKey(
    format: KeyFormat,
    keyData: BufferSource | JsonWebKey,
    algorithm: AlgorithmIdentifier | SubtleCryptoImportKeyAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  sign(
    algorithm: AlgorithmIdentifier | SubtleCryptoSignAlgorithm,
    key: CryptoKey,
    data: BufferSource,
  ): Promise<ArrayBuffer>;
  /** Compares bytes in a time that depends on their number alone. Throws if the sizes differ. */
  timingSafeEqual(first: BufferSource, second: BufferSource): boolean;
  unwrapKey(
    format: KeyFormat,
    wrappedKey: BufferSource,
    unwrappingKey: CryptoKey,
    unwrapAlgorithm: AlgorithmIdentifier | SubtleCryptoEncryptAlgorithm,
    unwrappedKeyAlgorithm: AlgorithmIdentifier | SubtleCryptoImportKeyAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  verify(
    algorithm: AlgorithmIdentifier | SubtleCryptoSignAlgorithm,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>;
  wrapKey(
    format: KeyFormat,
    key: CryptoKey,
    wrappingKey: CryptoKey,
    wrapAlgorithm: AlgorithmIdentifier | SubtleCryptoEncryptAlgorithm,
  ): Promise<ArrayBuffer>;
}
declare var SubtleCrypto: {
  prototype: SubtleCrypto;
};

interface Crypto {
  readonly subtle: SubtleCrypto;
  /** Fills at most 65,536 bytes. */
  getRandomValues<T extends IntegerTypedArray>(array: T): T;
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
}
declare var Crypto: {
  prototype: Crypto;
};
declare var crypto: Crypto;

type IntegerTypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;
