export const INSTALL_ARGUMENTS: string[];
export function needsInstall(rootDir: string): boolean;
export function installDependencies(rootDir: string): boolean;
