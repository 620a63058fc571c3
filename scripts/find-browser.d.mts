export function findBrowser(
  environment?: Record<string, string | undefined>,
): Promise<string | null>;
export function ensureBrowser(rootDir: string): Promise<string | null>;
export const NO_BROWSER_SENTENCE: string;
