import { type Node, parse } from "acorn";

/** Text that was put into one line, for whoever has to count columns without it. */
export interface Insertion {
  /** From 1. */
  line: number;
  /** Of the original text, from 0. */
  column: number;
  length: number;
}

export interface GuardedCode {
  code: string;
  /** In the order of the text. No insertion adds a line. */
  insertions: Insertion[];
}

const NAME = "$parleyCheckpoint";
const CALL = `${NAME}();`;
const RESUMED = "$parleyResumed";
const IMPORTS = `checkpoint as ${NAME},resumed as ${RESUMED}`;

/**
 * Puts a checkpoint into every loop and at the beginning of every function of a module, so that
 * code which never ends can be left by an exception, like any other. What is awaited passes
 * `resumed` on its way back, so that it is known whose code runs.
 *
 * Nothing gentler stops a running function: Node 20 aborts when V8 is told to terminate execution
 * within a microtask, where all user code runs after its first `await`.
 *
 * @param code An ES module as esbuild writes it.
 * @param checkpointUrl The module that exports `checkpoint` and `resumed`.
 * @throws SyntaxError when it is not one.
 */
export function guardLoops(code: string, checkpointUrl: string): GuardedCode {
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const pieces: Piece[] = [
    { at: 0, text: `import{${IMPORTS}}from${JSON.stringify(checkpointUrl)};`, rank: 0 },
  ];
  const insert: Insert = (at, text, end) => {
    pieces.push({ at, text, rank: pieces.length });
    // What is opened last is closed first, where two ends are at one place.
    if (end) pieces.push({ at: end.at, text: end.text, rank: -pieces.length });
  };
  visit(program as Node as SyntaxNode, (node) => {
    if (LOOPS.has(node.type)) guardBody(node.body as SyntaxNode, insert);
    else if (node.type === "ArrowFunctionExpression" && node.expression === true) {
      guardExpression(node.body as SyntaxNode, insert);
    } else if (FUNCTIONS.has(node.type)) {
      insert(beginningOf(node.body as SyntaxNode), CALL);
    } else if (node.type === "AwaitExpression") {
      insert(node.start, `${RESUMED}(`, { at: node.end, text: ")" });
    }
  });
  pieces.sort((a, b) => a.at - b.at || a.rank - b.rank);
  return { code: splice(code, pieces), insertions: locate(code, pieces) };
}

interface SyntaxNode extends Node {
  [field: string]: unknown;
}

interface Piece {
  at: number;
  text: string;
  /** Orders the pieces at one place. */
  rank: number;
}

type Insert = (at: number, text: string, end?: { at: number; text: string }) => void;

const LOOPS = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

function guardBody(body: SyntaxNode, insert: Insert): void {
  if (body.type === "BlockStatement") {
    insert(body.start + 1, CALL);
    return;
  }
  insert(body.start, `{${CALL}`, { at: body.end, text: "}" });
}

function guardExpression(body: SyntaxNode, insert: Insert): void {
  insert(body.start, `(${NAME}(),`, { at: body.end, text: ")" });
}

/** Behind the directives, which are directives only while nothing stands before them. */
function beginningOf(block: SyntaxNode): number {
  let start = block.start + 1;
  for (const statement of block.body as SyntaxNode[]) {
    if (typeof statement.directive !== "string") break;
    start = statement.end;
  }
  return start;
}

/** Walks without recursion: machine-written code nests deeper than a stack. */
function visit(root: SyntaxNode, see: (node: SyntaxNode) => void): void {
  const waiting: SyntaxNode[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    see(node);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) waiting.push(child);
      }
    }
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function splice(code: string, pieces: readonly Piece[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { at, text } of pieces) {
    parts.push(code.slice(from, at), text);
    from = at;
  }
  return parts.join("") + code.slice(from);
}

function locate(code: string, pieces: readonly Piece[]): Insertion[] {
  let line = 1;
  let lineStart = 0;
  return pieces.map(({ at, text }) => {
    for (let end = code.indexOf("\n", lineStart); end >= 0 && end < at; ) {
      line++;
      lineStart = end + 1;
      end = code.indexOf("\n", lineStart);
    }
    return { line, column: at - lineStart, length: text.length };
  });
}
