// Reads one source file with TypeScript's own parser and holds it against the table in `import-rules.ts`.
import { posix } from "node:path";
import ts from "typescript";
import { ambientPowers, NODE, type Room, rooms } from "./import-rules";

export interface Violation {
  path: string;
  line: number;
  rule: string;
}

/** The room in which a file lives, by the longest matching path; null for files outside every room. */
export function roomOf(path: string): Room | null {
  let best: { room: Room; length: number } | null = null;
  for (const room of rooms) {
    for (const prefix of room.paths) {
      const matches = prefix.endsWith("/") ? path.startsWith(prefix) : path === prefix;
      if (matches && (best === null || prefix.length > best.length)) {
        best = { room, length: prefix.length };
      }
    }
  }
  return best?.room ?? null;
}

/**
 * Finds every import that leaves its room without permission and, in the engine, every ambient power.
 *
 * @param path Relative to the root, with forward slashes. Files outside every room have no rule to break.
 */
export function checkSource(path: string, text: string): Violation[] {
  const room = roomOf(path);
  if (room === null) return [];
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const violations: Violation[] = [];
  const report = (node: ts.Node, rule: string) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    violations.push({ path, line: line + 1, rule });
  };
  // `test.setup.ts` is what Convex calls the rig of a functions folder, which it does not deploy.
  const isTest = /(\.test|\/test\.setup)\.tsx?$/.test(path);
  const isEngineSource = path.startsWith("packages/engine/src/") && !isTest;

  const visit = (node: ts.Node) => {
    const specifier = importedModule(node);
    if (specifier !== null) {
      const isTypeOnly = importsTypesOnly(node);
      const rule = checkImport(path, room, specifier, { isTest, isTypeOnly });
      if (rule !== null) report(node, rule);
    }
    if (isEngineSource) {
      const power = usedPower(node) ?? (specifier === null ? null : importedPower(specifier));
      if (power !== null && !mayUsePower(path, power)) {
        report(
          node,
          `the ${power} is passed in, never reached for, outside base/ and its adapters`,
        );
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return violations;
}

interface Manner {
  isTest: boolean;
  isTypeOnly: boolean;
}

function checkImport(
  path: string,
  room: Room,
  specifier: string,
  { isTest, isTypeOnly }: Manner,
): string | null {
  const target = resolveInside(path, specifier);
  if (target === null) {
    if (isTest) return null;
    const name = packageName(specifier);
    const isAllowed = name === NODE ? mayImportNode(room) : mayImportPackage(room, name);
    return isAllowed ? null : `${room.name} imports ${specifier}: ${room.why}`;
  }
  const targetRoom = roomOf(target);
  if (targetRoom === null || targetRoom === room) return null;
  if (room.mayImport.includes(targetRoom.name)) return null;
  if (isTypeOnly && room.mayImportTypes?.includes(targetRoom.name)) return null;
  // A test may set the scene with any room of its own house, but never with the other house.
  const isSameHouse = isEngine(targetRoom) === isEngine(room);
  if (isTest && isSameHouse && targetRoom.name !== "app") return null;
  return `${room.name} imports ${targetRoom.name} (${target}): ${room.why}`;
}

/** Turns a specifier into a path from the root, or null when it names a package. */
function resolveInside(path: string, specifier: string): string | null {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier === "@parley/engine") return "packages/engine/src/index.ts";
  if (specifier === "@parley/engine/testing") return "packages/engine/src/testing/index.ts";
  if (!specifier.startsWith(".")) return null;
  const target = posix.join(posix.dirname(path), specifier);
  // The rules know these three as files; imports leave out the ending.
  return /^(proxy|packages\/engine\/src\/(engine|core|index))$/.test(target)
    ? `${target}.ts`
    : target;
}

function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return NODE;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function mayImportPackage(room: Room, name: string): boolean {
  return room.packages.includes("*") || room.packages.includes(name);
}

function mayImportNode(room: Room): boolean {
  return room.packages.includes(NODE) || room.packages.includes("*");
}

function isEngine(room: Room): boolean {
  return room.name === "engine" || room.name.startsWith("engine/");
}

/** The module that this node imports: static, dynamic, re-export, type or `require`. */
function importedModule(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return textOf(node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return textOf(node.argument.literal);
  }
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  if (ts.isCallExpression(node)) {
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const isRequire = ts.isIdentifier(node.expression) && node.expression.text === "require";
    if (isImport || isRequire) return textOf(node.arguments[0]);
  }
  return null;
}

/** Whether nothing of the import is left after compilation. */
function importsTypesOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return (
    ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  );
}

function textOf(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
}

const POWERS_BY_MEMBER: Record<string, string> = {
  "Date.now": "clock",
  "performance.now": "clock",
  "process.hrtime": "clock",
  "Math.random": "random",
  "crypto.randomUUID": "random",
  "crypto.getRandomValues": "random",
};

const POWERS_BY_CALL: Record<string, string> = {
  setTimeout: "timer",
  setInterval: "timer",
  setImmediate: "timer",
  fetch: "network",
};

/** The power that this very node takes from its surroundings; a member of something passed in is none. */
function usedPower(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    if (node.expression.text === "console") return "console";
    return POWERS_BY_MEMBER[`${node.expression.text}.${node.name.text}`] ?? null;
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const name = node.expression.text;
    return Object.hasOwn(POWERS_BY_CALL, name) && !isBoundIn(node, name)
      ? (POWERS_BY_CALL[name] ?? null)
      : null;
  }
  const isBareDate =
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === "Date" &&
    (node.arguments?.length ?? 0) === 0;
  return isBareDate ? "clock" : null;
}

/** Whether an enclosing function has a parameter or variable of this name, so that it was passed in. */
function isBoundIn(node: ts.Node, name: string): boolean {
  for (let scope: ts.Node | undefined = node.parent; scope; scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some((p) => bindsName(p.name, name))) {
      return true;
    }
    if (ts.isBlock(scope) && scope.statements.some((s) => declaresName(s, name))) return true;
  }
  return false;
}

function declaresName(statement: ts.Statement, name: string): boolean {
  if (ts.isFunctionDeclaration(statement)) return statement.name?.text === name;
  return (
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.some((d) => bindsName(d.name, name))
  );
}

function bindsName(binding: ts.BindingName, name: string): boolean {
  if (ts.isIdentifier(binding)) return binding.text === name;
  return binding.elements.some(
    (element) => ts.isBindingElement(element) && bindsName(element.name, name),
  );
}

function importedPower(specifier: string): string | null {
  if (/^(node:)?fs(\/promises)?$/.test(specifier)) return "disk";
  if (/^(node:)?timers(\/promises)?$/.test(specifier)) return "timer";
  return null;
}

function mayUsePower(path: string, power: string): boolean {
  if (path.startsWith("packages/engine/src/base/")) return true;
  const allowed = ambientPowers.find((entry) => entry.name === power)?.allowedIn ?? [];
  return allowed.some((prefix) =>
    prefix.endsWith("/") ? path.startsWith(prefix) : path === prefix,
  );
}
