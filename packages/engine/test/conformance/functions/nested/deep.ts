import { queryGeneric } from "convex/server";

export const here = queryGeneric({ args: {}, handler: async () => "deep" });
