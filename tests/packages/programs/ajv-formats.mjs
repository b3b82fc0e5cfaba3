import Ajv from "ajv";
import addFormats from "ajv-formats";

const samples = {
  date: ["2024-02-29", "2023-02-29"],
  time: ["12:00:00Z", "25:00:00Z"],
  "date-time": ["2024-01-01T00:00:00Z", "2024-01-01"],
  duration: ["P1DT2H", "P"],
  uri: ["https://a.b/c?d#e", "not a uri"],
  "uri-reference": ["../a", "\\\\x"],
  "uri-template": ["/a/{b}", "/a/{b"],
  email: ["a@b.co", "a@"],
  hostname: ["a.example", "-a"],
  ipv4: ["127.0.0.1", "256.0.0.1"],
  ipv6: ["::1", "12345::"],
  regex: ["^a+$", "["],
  uuid: ["123e4567-e89b-12d3-a456-426614174000", "123"],
  "json-pointer": ["/a/b~1c", "a"],
  "relative-json-pointer": ["1/a", "/a"],
  byte: ["aGk=", "a"],
  url: ["http://example.com", "example"],
};

export default () => {
  const ajv = new Ajv({ allErrors: true });
  addFormats(ajv, { keywords: true });
  const results = Object.entries(samples).map(([format, values]) => {
    const validate = ajv.compile({ type: "string", format });
    return [format, values.map((value) => validate(value))];
  });
  const range = ajv.compile({
    type: "string",
    format: "date",
    formatMinimum: "2024-01-01",
    formatExclusiveMaximum: "2025-01-01",
  });
  return {
    results,
    range: ["2023-12-31", "2024-06-01", "2025-01-01"].map((date) => range(date)),
    errors: range.errors,
  };
};
