// biome-ignore-all lint/suspicious/noExplicitAny: the types are those of convex-test
import type {
  DataModelFromSchemaDefinition,
  FunctionReference,
  FunctionReturnType,
  GenericActionCtx,
  GenericDataModel,
  GenericMutationCtx,
  GenericQueryCtx,
  GenericSchema,
  OptionalRestArgs,
  RequestMetadata,
  SchemaDefinition,
  UserIdentity,
} from "convex/server";
import type { Usage } from "../store/transaction-usage.ts";

// The shape of `convex-test` 0.0.60, to which `types.test.ts` holds it.

/** What `import.meta.glob` gives: loaders by path. */
export type ModuleLoaders = Record<string, () => Promise<any>>;

/** A deployment as one caller sees it. */
export interface TestConvexForDataModel<DataModel extends GenericDataModel> {
  /** Calls a query, internal ones too, or runs code of the test's with a query's context. */
  query<
    Called extends
      | FunctionReference<"query", any>
      | ((ctx: GenericQueryCtx<DataModel>) => Promise<any>),
  >(
    query: Called,
    ...args: Called extends FunctionReference<"query", any> ? OptionalRestArgs<Called> : []
  ): Promise<
    Called extends FunctionReference<"query", any>
      ? FunctionReturnType<Called>
      : Called extends (ctx: any) => Promise<infer Output>
        ? Output
        : never
  >;
  mutation<
    Called extends
      | FunctionReference<"mutation", any>
      | ((ctx: GenericMutationCtx<DataModel>) => Promise<any>),
  >(
    mutation: Called,
    ...args: Called extends FunctionReference<"mutation", any> ? OptionalRestArgs<Called> : []
  ): Promise<
    Called extends FunctionReference<"mutation", any>
      ? FunctionReturnType<Called>
      : Called extends (ctx: any) => Promise<infer Output>
        ? Output
        : never
  >;
  action<
    Called extends
      | FunctionReference<"action", any>
      | ((ctx: GenericActionCtx<DataModel>) => Promise<any>),
  >(
    action: Called,
    ...args: Called extends FunctionReference<"action", any> ? OptionalRestArgs<Called> : []
  ): Promise<
    Called extends FunctionReference<"action", any>
      ? FunctionReturnType<Called>
      : Called extends (ctx: any) => Promise<infer Output>
        ? Output
        : never
  >;
  /** Runs code of the test's in a mutation that may store and read files like an action. */
  run<Output>(
    code: (
      ctx: GenericMutationCtx<DataModel> & Pick<GenericActionCtx<DataModel>, "storage">,
    ) => Promise<Output>,
  ): Promise<Output>;
  /** Calls the HTTP action that `http.ts` routes there; the path begins with a slash. */
  fetch(pathQueryFragment: string, init?: RequestInit): Promise<Response>;
  /** Waits for the scheduled functions that timers have started. */
  finishInProgressScheduledFunctions(): Promise<void>;
  /**
   * Waits for scheduled functions and those that they schedule. Fake timers are on meanwhile, and
   * `advanceTimers`, usually `vi.runAllTimers`, moves them.
   *
   * @throws when functions go on scheduling others, after `iterationsMax` rounds (100).
   */
  finishAllScheduledFunctions(advanceTimers: () => void, iterationsMax?: number): Promise<void>;
  /** The same deployment as somebody; what is missing of the identity is made up from the rest. */
  withIdentity(identity: Partial<UserIdentity>): TestConvexForDataModel<DataModel>;
  /** The same deployment with requests from there; what is not given is null. */
  withRequestMetadata(
    metadata: Partial<Pick<RequestMetadata, "ip" | "userAgent">>,
  ): TestConvexForDataModel<DataModel>;
}

export interface TestConvexRoot<DataModel extends GenericDataModel>
  extends TestConvexForDataModel<DataModel> {
  /**
   * Makes a component known that the app uses, before anything is called; one that another uses has
   * a path of its own, `presence/batchWorker`.
   */
  registerComponent(
    componentPath: string,
    schema: SchemaDefinition<GenericSchema, boolean>,
    modules: ModuleLoaders,
  ): void;
}

export type TestConvex<Schema extends SchemaDefinition<any, boolean>> = TestConvexRoot<
  DataModelFromSchemaDefinition<Schema>
>;

export interface TestOptions<Schema extends GenericSchema> {
  schema?: SchemaDefinition<Schema, boolean>;
  modules?: ModuleLoaders;
  /** Limits below Convex's own, which are in force whatever is given here. */
  transactionLimits?: boolean | { [Name in keyof Usage]?: unknown };
}
