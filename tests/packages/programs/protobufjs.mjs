import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";

const source = `syntax = "proto3"; package shop;
message Order { string id = 1; repeated Line lines = 2; map<string, int64> totals = 3; oneof paid { bool cash = 4; Card card = 5; } Status status = 6; bytes blob = 7; double ratio = 8; sint32 delta = 9; repeated uint32 packed = 10 [packed = true]; fixed64 stamp = 11; optional float maybe = 12; reserved 20 to 30;
  message Line { string name = 1; uint32 count = 2; } enum Status { NEW = 0; DONE = 2; } }
message Card { string number = 1; }
service Shop { rpc Place (Order) returns (Card); }`;
const hex = (bytes) => Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");

export default async () => {
  const { root } = protobuf.parse(source, { keepCase: true });
  const Order = root.lookupType("shop.Order"),
    Card = root.lookupType("shop.Card");
  const payload = {
    id: "ö-1",
    lines: [{ name: "tea", count: 3 }, { name: "cup" }],
    totals: { eur: "9007199254740993", usd: -5 },
    card: { number: "42" },
    status: "DONE",
    blob: "aGk=",
    ratio: 0.1,
    delta: -77,
    packed: [1, 300, 70000],
    stamp: "18446744073709551615",
    maybe: 1.5,
  };
  const message = Order.fromObject(payload);
  const bytes = Order.encode(message).finish();
  const decoded = Order.decode(bytes);
  const errors = [
    () => Order.decode(bytes.slice(0, 7)),
    () => protobuf.parse("message { }"),
    () => root.lookupType("shop.None"),
  ].map((it) => {
    try {
      it();
      return null;
    } catch ({ name, message: text }) {
      return [name, text];
    }
  });
  const service = root
    .lookupService("shop.Shop")
    .create((method, request, callback) =>
      callback(null, Card.encode({ number: `${method.name}:${Order.decode(request).id}` }).finish()),
    );
  const writer = protobuf.Writer.create().uint32(8).string("x").int64(-1).double(2.5).ldelim();
  const reader = protobuf.Reader.create(protobuf.Writer.create().sint64(-3).bool(true).string("y").finish());
  const json = protobuf.Root.fromJSON({
    nested: {
      A: { fields: { x: { type: "int32", id: 1 }, y: { rule: "repeated", type: "string", id: 2 } } },
    },
  });
  const A = json.lookupType("A");
  return {
    bytes: hex(bytes),
    object: Order.toObject(decoded, {
      longs: String,
      enums: String,
      bytes: String,
      defaults: true,
      oneofs: true,
    }),
    plain: JSON.stringify(decoded),
    verified: [
      Order.verify(payload),
      Order.verify({ ...payload, id: 1 }),
      Order.verify({ ...payload, cash: true }),
    ],
    delimited: hex(Card.encodeDelimited({ number: "7" }).finish()),
    errors,
    service: await service.place({ id: "q" }),
    written: hex(writer.finish()),
    read: [String(reader.sint64()), reader.bool(), reader.string()],
    json: A.toObject(A.decode(A.encode({ x: -1, y: ["a", "b"] }).finish())),
    schema: root.toJSON(),
    paid: decoded.paid,
    long: protobuf.util.Long ? "long" : "no long",
    descriptor: typeof descriptor,
    base64: protobuf.util.base64.encode(bytes, 0, 6),
  };
};
