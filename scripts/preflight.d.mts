export class StartRefusal extends Error {}
export function preflight(env: Readonly<Record<string, string | undefined>>): Promise<void>;
