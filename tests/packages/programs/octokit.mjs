import { Octokit, RequestError } from "octokit";

export default async () => {
  const requests = [];
  const json = (value, init = {}) =>
    new Response(JSON.stringify(value), {
      ...init,
      headers: { "content-type": "application/json; charset=utf-8", ...init.headers },
    });
  const fetch = async (url, { method, headers, body }) => {
    requests.push([method, url, headers.authorization, headers.accept, body ?? null]);
    const { pathname, searchParams } = new URL(url);
    if (pathname === "/user") return json({ login: "ann" });
    if (pathname === "/repos/a/b/issues" && method === "POST")
      return json({ number: 7, ...JSON.parse(body) }, { status: 201 });
    if (pathname === "/repos/a/b/issues") {
      const page = Number(searchParams.get("page") ?? 1);
      const link =
        page < 3
          ? `<https://api.github.com/repos/a/b/issues?page=${page + 1}>; rel="next", <https://api.github.com/repos/a/b/issues?page=3>; rel="last"`
          : "";
      return json([{ number: page * 10 }, { number: page * 10 + 1 }], { headers: { link } });
    }
    if (pathname === "/graphql")
      return json(
        JSON.parse(body).query.includes("broken")
          ? { data: null, errors: [{ message: "Field 'broken' doesn't exist", type: "undefinedField" }] }
          : { data: { viewer: { login: "ann" } } },
      );
    return json({ message: "Not Found", documentation_url: "https://docs.github.com" }, { status: 404 });
  };
  const octokit = new Octokit({
    auth: "token",
    userAgent: "test",
    request: { fetch },
    throttle: { enabled: false },
    retry: { enabled: false },
  });
  const { data: user, status } = await octokit.rest.users.getAuthenticated();
  const issue = await octokit.rest.issues.create({
    owner: "a",
    repo: "b",
    title: "A title",
    labels: ["bug"],
  });
  const numbers = await octokit.paginate(
    octokit.rest.issues.listForRepo,
    { owner: "a", repo: "b", per_page: 2 },
    ({ data }) => data.map(({ number }) => number),
  );
  const pages = [];
  for await (const { data } of octokit.paginate.iterator("GET /repos/{owner}/{repo}/issues", {
    owner: "a",
    repo: "b",
  }))
    pages.push(data.length);
  const missing = await octokit
    .request("GET /repos/{owner}/{repo}", { owner: "no", repo: "ne" })
    .catch((it) => [it instanceof RequestError, it.status, it.message]);
  const graph = await octokit.graphql("query ($n: Int!) { viewer { login } }", { n: 1 });
  const broken = await octokit.graphql("{ broken }").catch(({ name, message }) => [name, message]);
  const hooks = [];
  octokit.hook.before("request", (options) => {
    hooks.push(options.url);
  });
  await octokit.request("GET /user");
  return {
    user,
    status,
    issue: issue.data,
    numbers,
    pages,
    missing,
    graph,
    broken,
    hooks,
    requests,
    endpoint: octokit.request.endpoint("GET /search{?q,page}", { q: "a b", page: 2 }).url,
  };
};
