import sharp from "sharp";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openRig, type Rig } from "./test/identity-rig";

// A busy machine is slow, not wrong: hashing takes the time that there is.
vi.setConfig({ testTimeout: 30_000 });

const ADA = { name: "Ada", email: "ada@example.org", password: "correct horse" };

let rig: Rig;
let cookie: string;
beforeEach(async () => {
  rig = await openRig();
  ({ cookie } = await rig.call("sign-up/email", { body: ADA }));
});
afterEach(async () => {
  expect(rig.troubles).toEqual([]);
  await rig.close();
});

const canvas = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#0a7" } });
const set = (image: Buffer) =>
  rig.call("picture/set", { body: { image: image.toString("base64") }, cookie });
const read = (path: string, as = cookie) =>
  fetch(`${rig.url}${path}`, { headers: as === "" ? {} : { cookie: as } });

test("a picture is drawn anew, without what else was in its file", async () => {
  const given = await canvas(900, 700)
    .withExif({ IFD0: { Copyright: "a secret place" } })
    .jpeg()
    .toBuffer();
  expect(given.includes("a secret place")).toBe(true);
  const { status, json } = await set(given);
  expect([status, rig.events.at(-1)?.user.imageUrl]).toEqual([200, json.imageUrl]);
  expect((await rig.call("account", { cookie })).json.imageUrl).toBe(json.imageUrl);
  const response = await read(json.imageUrl);
  expect(response.headers.get("content-type")).toBe("image/webp");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("cache-control")).toContain("immutable");
  const kept = Buffer.from(await response.arrayBuffer());
  const { width, height, format, exif } = await sharp(kept).metadata();
  expect({ width, height, format, exif }).toEqual({
    ...{ width: 512, height: 512, format: "webp", exif: undefined },
  });
});

test("what is no picture is refused, whatever it says it is", async () => {
  const vector = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`);
  const cut = (await canvas(64, 64).png().toBuffer()).subarray(0, 60);
  const huge = await canvas(6000, 6000).png().toBuffer();
  for (const given of [Buffer.from("<html>"), vector, cut, huge, Buffer.alloc(0)]) {
    const { status, json } = await set(given);
    expect([status, ["NO_PICTURE", "INVALID_INPUT"].includes(json.code)]).toEqual([400, true]);
  }
  expect((await rig.call("account", { cookie })).json.imageUrl).toBeNull();
  expect((await set(Buffer.alloc(1_100_000))).status).toBe(413);
});

test("[Z5] a picture is for who is signed in, and goes when it is replaced, removed or its owner leaves", async () => {
  const bo = await rig.call("sign-up/email", { body: { ...ADA, email: "bo@example.org" } });
  const picture = await canvas(8, 8).png().toBuffer();
  const first = (await set(picture)).json.imageUrl;
  expect((await read(first, "")).status).toBe(401);
  expect((await read(first, bo.cookie)).status).toBe(200);
  const second = (await set(picture)).json.imageUrl;
  expect((await read(first)).status).toBe(404);
  await rig.call("picture/remove", { body: {}, cookie });
  expect((await read(second)).status).toBe(404);
  expect(rig.events.at(-1)?.user.imageUrl).toBeNull();

  const image = picture.toString("base64");
  const own = await rig.call("picture/set", { body: { image }, cookie: bo.cookie });
  const body = { password: ADA.password };
  expect((await rig.call("delete-user", { body, cookie: bo.cookie })).status).toBe(200);
  expect((await read(own.json.imageUrl)).status).toBe(404);
});

test("pictures are drawn slowly for one person", async () => {
  await rig.close();
  rig = await openRig({ rateLimitFactor: 1 });
  ({ cookie } = await rig.call("sign-up/email", { body: ADA }));
  const picture = await canvas(8, 8).png().toBuffer();
  const statuses = [];
  for (let turn = 0; turn < 11; turn += 1) statuses.push((await set(picture)).status);
  expect(statuses.slice(-2)).toEqual([200, 429]);
});
