// The design at one glance: whole, in both themes, and in nobody's way.
import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openStage, type Person, type Stage, signUpOverHttp } from "./rig/stage";

let stage: Stage;
let ada: Person;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.visitor("Ada Lovelace");
  await signUpOverHttp(ada, stage.server.url);
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test("the gallery shows everything in both themes, whatever is chosen, and axe finds nothing", async () => {
  const { page } = ada;
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.goto("/gallery");
  const ground = (name: string) =>
    page
      .getByRole("region", { name, exact: true })
      .getByRole("heading", { name, exact: true })
      .evaluate((heading) => getComputedStyle(heading.parentElement as Element).backgroundColor);
  for (const name of ["Light", "Dark"]) {
    const half = page.getByRole("region", { name, exact: true });
    await half.getByRole("heading", { name: "Panels" }).waitFor();
    await half.getByRole("img", { name: "Failed", exact: true }).waitFor();
  }
  expect(await ground("Light")).not.toBe(await ground("Dark"));
  const { violations } = await new AxeBuilder({ page: page as never }).setLegacyMode().analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
  expect(ada.troubles).toEqual([]);

  await page.goto("/messages");
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  expect(await page.locator('a[href="/gallery"]').count()).toBe(0);
});

test("what is in the gallery can be tried", async () => {
  const { page } = ada;
  await page.goto("/gallery");
  const light = page.getByRole("region", { name: "Light", exact: true });
  await light.getByRole("button", { name: "🎉 1" }).click();
  await light.getByRole("button", { name: "🎉 2" }).waitFor();
  await light.getByRole("button", { name: "Open a dialog" }).click();
  await page
    .getByRole("dialog", { name: "New group" })
    .getByRole("button", { name: "Close" })
    .click();
  await light.getByRole("button", { name: "Ask before deleting" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
});
