import type { JSONValue } from "../values/json.ts";
import { FunctionCallError } from "./function-error.ts";
import type { ComponentFiles, RunOwn } from "./stored-files.ts";
import type { TransactionState } from "./transaction-state.ts";

type Arguments = Record<string, JSONValue | undefined>;

/** The syscalls of `ctx.storage` that only read. Source: convex 1.48 `server/impl/storage_impl.ts`. */
export function readStorage(
  files: ComponentFiles,
  state: TransactionState,
  operation: "1.0/storageGetUrl" | "1.0/storageGetMetadata",
  { storageId }: Arguments,
): string {
  return JSON.stringify(
    operation === "1.0/storageGetUrl"
      ? files.url(state, storageId)
      : files.metadata(state, storageId),
  );
}

/** The syscalls of `ctx.storage` in mutations, all part of the mutation's transaction. */
export async function changeStorage(
  files: ComponentFiles,
  state: TransactionState,
  operation:
    | "1.0/storageGenerateUploadUrl"
    | "1.0/storageDelete"
    | "1.0/storageStore"
    | "1.0/storageGet",
  args: Arguments,
  requireOpen: () => void,
): Promise<string> {
  switch (operation) {
    case "1.0/storageGenerateUploadUrl":
      return JSON.stringify(files.uploadUrl());
    case "1.0/storageDelete":
      files.delete(state, args.storageId);
      return "null";
    case "1.0/storageStore": {
      const bytes = Buffer.from(String(args.blob), "base64");
      const body = {
        bytes: once(bytes),
        contentType: textOrNull(args.contentType),
        sha256: textOrNull(args.sha256),
      };
      return JSON.stringify(await files.addWithin(state, body, requireOpen));
    }
    case "1.0/storageGet": {
      const found = await files.bytes(state, args.storageId);
      if (!found) return "null";
      const { bytes, contentType } = found;
      return JSON.stringify({ blob: bytes.toString("base64"), contentType });
    }
    default:
      return operation satisfies never;
  }
}

/** `ctx.storage.store` in actions: a transaction of its own. */
export function storeBlob(
  files: ComponentFiles,
  args: Record<string, unknown>,
  runOwn: RunOwn,
): Promise<string> {
  const { blob, options } = args as { blob: unknown; options?: { sha256?: string } };
  if (!(blob instanceof Blob)) {
    throw new FunctionCallError(
      "store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.",
    );
  }
  const body = {
    // Node's streams are iterable; the DOM's types do not know it yet.
    bytes: blob.stream() as unknown as AsyncIterable<Uint8Array>,
    contentType: textOrNull(blob.type),
    sha256: textOrNull(options?.sha256),
  };
  return files.add(body, runOwn);
}

/** `ctx.storage.get` in actions: null when there is no such file. */
export async function getBlob(
  files: ComponentFiles,
  state: TransactionState,
  args: Record<string, unknown>,
): Promise<Blob | null> {
  const found = await files.bytes(state, args.storageId as JSONValue | undefined);
  return found && new Blob([found.bytes], { type: found.contentType ?? "" });
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
