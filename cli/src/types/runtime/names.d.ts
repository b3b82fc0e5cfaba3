// ---- Names that `@cloudflare/workers-types` has for types above --------------------------------

type BlobOptions = BlobPropertyBag;
type CryptoKeyAesKeyAlgorithm = AesKeyAlgorithm;
type CryptoKeyEllipticKeyAlgorithm = EcKeyAlgorithm;
type CryptoKeyHmacKeyAlgorithm = HmacKeyAlgorithm;
type CryptoKeyKeyAlgorithm = KeyAlgorithm;
type CryptoKeyRsaKeyAlgorithm = RsaHashedKeyAlgorithm;
type CustomEventCustomEventInit = CustomEventInit;
type ErrorEventErrorEventInit = ErrorEventInit;
type EventTargetAddEventListenerOptions = AddEventListenerOptions;
type EventTargetEventListenerOptions = EventListenerOptions;
type FileOptions = FilePropertyBag;
type IdentityTransformStreamQueuingStrategy = QueuingStrategy;
type MessagePortPostMessageOptions = StructuredSerializeOptions;
type ReadableStreamValuesOptions = ReadableStreamIteratorOptions;
type RequestInitCfProperties = CfProperties;
type SubtleCryptoGenerateKeyAlgorithm =
  | AesKeyGenParams
  | Algorithm
  | EcKeyGenParams
  | HmacKeyGenParams
  | RsaHashedKeyGenParams;
type SubtleCryptoHashAlgorithm = Algorithm;
type TextDecoderConstructorOptions = TextDecoderOptions;
type TextDecoderDecodeOptions = TextDecodeOptions;
type TextDecoderStreamTextDecoderStreamInit = TextDecoderOptions;
type TypedArray = Float32Array | Float64Array | IntegerTypedArray;
type WorkerGlobalScopeEventMap = ServiceWorkerGlobalScopeEventMap;
type workerdResourceLimits = WorkerLimits;
