import { anyApi, httpActionGeneric, httpRouter } from "convex/server";

const { calls } = anyApi as { calls: Record<string, never> };
const http = httpRouter();

http.route({
  path: "/echo",
  method: "POST",
  handler: httpActionGeneric(async (_, request) => {
    const url = new URL(request.url);
    return new Response(await request.text(), {
      status: 201,
      headers: {
        "X-Method": request.method,
        "X-Query": url.search,
        "X-Header": request.headers.get("X-Given") ?? "",
      },
    });
  }),
});
http.route({
  path: "/names",
  method: "GET",
  handler: httpActionGeneric(async (ctx) => {
    await ctx.runMutation(calls.add!, { name: "by http" } as never);
    return Response.json(await ctx.runQuery(calls.names!, {} as never));
  }),
});
http.route({
  pathPrefix: "/under/",
  method: "GET",
  handler: httpActionGeneric(async (_, request) => new Response(new URL(request.url).pathname)),
});
http.route({
  path: "/under/exact",
  method: "GET",
  handler: httpActionGeneric(async () => new Response("exact")),
});
http.route({
  path: "/who",
  method: "GET",
  handler: httpActionGeneric(async (ctx) =>
    Response.json((await ctx.auth.getUserIdentity())?.subject ?? null),
  ),
});
http.route({
  path: "/broken",
  method: "GET",
  handler: httpActionGeneric(async () => {
    throw new Error("broken");
  }),
});
http.route({
  path: "/stored",
  method: "POST",
  handler: httpActionGeneric(async (ctx, request) => {
    const id = await ctx.storage.store(await request.blob());
    return new Response(await ctx.storage.get(id));
  }),
});

export default http;
