/** The first lines of every generated file. */
export function header(what: string): string {
  return `/* eslint-disable */
/**
 * ${what}
 *
 * Generated from the files of this folder by \`parley-engine codegen\`; changes here are lost.
 * @module
 */

`;
}
