import { expect, test } from "vitest";
import { literalTexts } from "./literal-text";
import { listFiles, readSource } from "./source-files";

/** Is for who changes the design, and no screen of anybody else. */
const FOR_DEVELOPERS = /^(app|features)\/gallery\//;
/** What is the same in every language. */
const SAME_EVERYWHERE: string[] = [];

test("whatever people read or hear is in the catalogue of every language", () => {
  const screens = listFiles().filter(
    (path) =>
      /^(app|auth|features|components)\/.*\.tsx$/.test(path) &&
      !path.includes(".test.") &&
      !FOR_DEVELOPERS.test(path),
  );
  expect(screens.length).toBeGreaterThan(100);
  const literal = screens.flatMap((path) => literalTexts(path, readSource(path)));
  expect(literal.filter((text) => !SAME_EVERYWHERE.includes(text))).toEqual([]);
});

test("is seen wherever it stands", () => {
  const source = `const a = <p title="One" className="no" lang={t("no")}>
    Two {b ? "Three" : t("no")} {c && \`\${d} four\`} {"·"}
    <Field label={e ?? "Five"} check={() => ({ field: "no", sentence: "Six" })} />
  </p>;`;
  expect(literalTexts("a.tsx", source)).toEqual([
    ...["a.tsx:1 One", "a.tsx:2 Two", "a.tsx:2 Three", "a.tsx:2 four", "a.tsx:3 Five"],
    "a.tsx:3 Six",
  ]);
});
