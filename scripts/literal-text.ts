import ts from "typescript";

/** Attributes whose text people see or hear. */
const TEXT_ATTRIBUTE =
  /^(aria-(label|description|roledescription|valuetext)|alt|placeholder|title|text|hint|summary|description|label|\w+Label)$/;

/** Properties that become sentences on a page. */
const TEXT_PROPERTY = /^(sentence|removeLabel|openLabel)$/;

/** Operators that may answer with either side; comparisons answer with neither. */
const EITHER = [
  ...[ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.PlusToken],
];

/**
 * The words of a component that are written where they are shown, instead of in the catalogue of every
 * language: text between tags, of attributes that are read or heard, and of expressions between tags.
 *
 * It does not see what a variable brings along.
 */
export function literalTexts(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const report = (node: ts.Node, text: string) => {
    if (!/\p{L}/u.test(text.replace(/&\w+;/g, ""))) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`${path}:${line + 1} ${text.trim().replace(/\s+/g, " ")}`);
  };
  /** What an expression may turn out to be, through every choice between two. */
  const outcomes = (node: ts.Expression): ts.Expression[] => {
    if (ts.isParenthesizedExpression(node)) return outcomes(node.expression);
    if (ts.isConditionalExpression(node)) {
      return [...outcomes(node.whenTrue), ...outcomes(node.whenFalse)];
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const right = outcomes(node.right);
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return right;
      return EITHER.includes(kind) ? [...outcomes(node.left), ...right] : [];
    }
    return [node];
  };
  const reportOutcomes = (node: ts.Expression) => {
    for (const outcome of outcomes(node)) {
      if (ts.isStringLiteralLike(outcome)) report(outcome, outcome.text);
      if (ts.isTemplateExpression(outcome)) {
        const spans = outcome.templateSpans.map(({ literal }) => literal.text);
        report(outcome, [outcome.head.text, ...spans].join(" "));
      }
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) report(node, node.text);
    if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) {
      reportOutcomes(node.expression);
    }
    if (ts.isJsxAttribute(node) && TEXT_ATTRIBUTE.test(node.name.getText(file))) {
      const value = node.initializer;
      if (value && ts.isStringLiteral(value)) report(value, value.text);
      if (value && ts.isJsxExpression(value) && value.expression) reportOutcomes(value.expression);
    }
    if (ts.isPropertyAssignment(node) && TEXT_PROPERTY.test(node.name.getText(file))) {
      reportOutcomes(node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
