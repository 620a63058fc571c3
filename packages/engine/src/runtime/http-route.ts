import type { Component, Components } from "./components.ts";
import type { FunctionResult } from "./outcome.ts";
import type { ConvexFunctionObject } from "./registered-function.ts";

/** Which HTTP action answers a request. */
interface Route {
  component: Component;
  endpoint: ConvexFunctionObject;
  /** As the router knows it. */
  path: string;
}

/**
 * Finds who answers: a component under the prefix that it was mounted at, which its router does not
 * see and its request does, or else the app's own router. What nobody answers is answered here.
 */
export function findRoute(components: Components, request: Request): Route | Response {
  let component = components.app;
  let { pathname } = new URL(request.url);
  for (;;) {
    const mount = longestMount(component, pathname);
    const child = mount && components.find(mount.child);
    if (!child) break;
    component = child;
    pathname = pathname.slice(mount.prefix.length - 1);
  }
  const router = component.registry.httpRouter;
  if (!router) {
    const text = "This Convex deployment does not have HTTP actions enabled.";
    return new Response(text, { status: 404 });
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = router.lookup(pathname, method);
  if (!found) return new Response(`No HttpAction routed for ${pathname}`, { status: 404 });
  const [endpoint, , path] = found;
  return { component, endpoint, path };
}

function longestMount(
  { httpMounts }: Component,
  pathname: string,
): { prefix: string; child: string } | null {
  let longest: { prefix: string; child: string } | null = null;
  for (const [prefix, child] of httpMounts) {
    if (!pathname.startsWith(prefix)) continue;
    if (!longest || prefix.length > longest.prefix.length) longest = { prefix, child };
  }
  return longest;
}

/** What the client of an HTTP action that failed is told: the shape is Convex's. */
export function httpActionFailure({
  errorMessage,
  errorDataJson,
}: FunctionResult & { ok: false }): Record<string, unknown> {
  // "[Request ID: …] Server Error", then, where errors are revealed, the text and its frames.
  const end = errorMessage.indexOf("\n");
  const title = end < 0 ? errorMessage : errorMessage.slice(0, end);
  const trace = end < 0 ? "" : errorMessage.slice(end + 1);
  const text = trace.split(/\n {4}at /, 1)[0]!;
  return {
    code: text === "" ? title : `${title}: ${text}`,
    trace,
    ...(errorDataJson === undefined ? {} : { data: JSON.parse(errorDataJson) as unknown }),
  };
}
