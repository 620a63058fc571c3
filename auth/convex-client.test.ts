import { expect, test } from "vitest";
import { createConvexClient } from "./convex-client";

test("pages drafted on the server share one client that never connects", () => {
  const first = createConvexClient({ convexUrl: null });
  const second = createConvexClient({ convexUrl: "https://happy-otter-123.convex.cloud" });
  expect(second).toBe(first);
  // Looking at the connection is what opens a socket; with a real one this would try to connect.
  expect(first.connectionState()).toMatchObject({
    isWebSocketConnected: false,
    connectionCount: 0,
  });
  expect(first.url).toBe("http://draft.invalid");
});
