import Stripe from "stripe";

export default async () => {
  const requests = [];
  let failed = false;
  const fetch = async (url, init) => {
    const headers = new Headers(init.headers);
    requests.push([
      init.method,
      String(url),
      init.body ? String(init.body) : null,
      headers.get("authorization"),
      headers.get("stripe-version"),
    ]);
    const { pathname, searchParams } = new URL(url);
    const answer = (value, status = 200) =>
      new Response(JSON.stringify(value), {
        status,
        headers: { "content-type": "application/json", "request-id": "req_1" },
      });
    if (pathname === "/v1/customers" && init.method === "POST") {
      if (!failed) {
        failed = true;
        return answer({ error: { type: "api_error", message: "again" } }, 500);
      }
      return answer({ id: "cus_1", object: "customer", email: "a@example.com" });
    }
    if (pathname === "/v1/customers")
      return answer({
        object: "list",
        url: "/v1/customers",
        has_more: !searchParams.get("starting_after"),
        data: [{ id: searchParams.get("starting_after") ? "cus_2" : "cus_1", object: "customer" }],
      });
    if (pathname === "/v1/payment_intents")
      return answer(
        {
          error: {
            type: "card_error",
            code: "card_declined",
            decline_code: "generic_decline",
            message: "Your card was declined.",
            param: "card",
          },
        },
        402,
      );
    return answer({ id: pathname, object: "charge" });
  };
  const stripe = new Stripe("sk_test_1", {
    httpClient: Stripe.createFetchHttpClient(fetch),
    maxNetworkRetries: 2,
    telemetry: false,
  });
  const customer = await stripe.customers.create(
    { email: "a@example.com", metadata: { a: "1" }, address: { line1: "x y", city: "Zürich" } },
    { idempotencyKey: "k" },
  );
  const ids = [];
  for await (const { id } of stripe.customers.list({ limit: 1 })) ids.push(id);
  const error = await stripe.paymentIntents
    .create({ amount: 100, currency: "eur", payment_method_types: ["card"] })
    .catch((it) => [
      it instanceof Stripe.errors.StripeCardError,
      it.type,
      it.code,
      it.decline_code,
      it.statusCode,
      it.message,
      it.requestId,
    ]);
  const payload = JSON.stringify({
    id: "evt_1",
    object: "event",
    type: "charge.succeeded",
    data: { object: { id: "ch_1" } },
  });
  const provider = Stripe.createSubtleCryptoProvider();
  const header = await stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret: "whsec_1",
    timestamp: 1_700_000_000,
    cryptoProvider: provider,
  });
  const event = await stripe.webhooks.constructEventAsync(
    payload,
    header,
    "whsec_1",
    300,
    provider,
    1_700_000_100_000,
  );
  const forged = await stripe.webhooks
    .constructEventAsync(payload.replace("ch_1", "ch_2"), header, "whsec_1", 300, provider, 1_700_000_100_000)
    .catch(({ type, message }) => [type, message.split("\n")[0]]);
  return {
    customer,
    ids,
    error,
    header,
    event: event.data,
    forged,
    charge: await stripe.charges.retrieve("ch_9", { expand: ["customer"] }),
    requests,
  };
};
