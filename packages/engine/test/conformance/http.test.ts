import { describe, expect, it } from "vitest";
import { differing } from "./differences.ts";
import { outcomeOf, startBackEnd } from "./functions/test.setup.ts";

describe("HTTP actions", () => {
  it("[TE4] are given method, query, headers and body", async () => {
    const response = await startBackEnd().fetch("/echo?a=1&b=2", {
      method: "POST",
      headers: { "X-Given": "yes" },
      body: "a body",
    });
    const { status, headers } = response;
    expect({
      status,
      body: await response.text(),
      seen: ["X-Method", "X-Query", "X-Header"].map((name) => headers.get(name)),
    }).toEqual({ status: 201, body: "a body", seen: ["POST", "?a=1&b=2", "yes"] });
  });

  it("[TE4] call other functions", async () => {
    expect(await (await startBackEnd().fetch("/names")).json()).toEqual(["by http"]);
  });

  it.each([
    ["/under/anything", "/under/anything"],
    ["/under/exact", "exact"],
  ])("[TE4] are found by prefix, an exact path first: %s", async (path, text) => {
    expect(await (await startBackEnd().fetch(path)).text()).toBe(text);
  });

  it.each([
    ["/nowhere", "GET"],
    ["/echo", "GET"],
    ["/", "GET"],
  ])("[TE4] that are not there are 404: %s %s", async (path, method) => {
    const response = await startBackEnd().fetch(path, { method });
    expect([response.status, await response.text()]).toEqual([
      404,
      `No HttpAction routed for ${path}`,
    ]);
  });

  it("[TE4] know who asks", async () => {
    const t = startBackEnd();
    const ask = async (asked: Pick<typeof t, "fetch">) => (await asked.fetch("/who")).json();
    expect([await ask(t), await ask(t.withIdentity({ subject: "ada" }))]).toEqual([null, "ada"]);
  });

  it("[TE4] store files", async () => {
    const response = await startBackEnd().fetch("/stored", { method: "POST", body: "bytes" });
    expect(await response.text()).toBe("bytes");
  });

  it("[TE4] need a path that begins with a slash", async () => {
    await expect(startBackEnd().fetch("names")).rejects.toThrow(/must start with a `\/`/);
  });

  it("[TE4] that throw", async () => {
    const outcome = await outcomeOf(
      startBackEnd()
        .fetch("/broken")
        .then(({ status }) => status),
    );
    expect(outcome).toEqual(differing("http-throws"));
  });
});
