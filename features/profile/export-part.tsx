"use client";

import { useConvex } from "convex/react";
import { useEffect, useRef, useState } from "react";
import { useReadAccount } from "@/auth/use-read-account";
import { Button } from "@/components/ui/button";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";
import { collectData } from "./export-data";

type State =
  | { kind: "idle" }
  | { kind: "collecting"; conversations: number; messages: number }
  | { kind: "done" }
  | { kind: "refused"; sentence: string };

/** Gathers what is one's own into one file that the browser saves. */
export function ExportPart() {
  const client = useConvex();
  const readAccount = useReadAccount();
  const [state, setState] = useState<State>({ kind: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function collect() {
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: "collecting", conversations: 0, messages: 0 });
    try {
      const data = await collectData({
        ...{ readAccount, exportedAt: Date.now(), signal: controller.signal },
        ask: (query, args) => client.query(query, args),
        onProgress: (done) => setState({ kind: "collecting", ...done }),
      });
      saveFile(JSON.stringify(data, null, 2));
      setState({ kind: "done" });
    } catch (error) {
      if (!controller.signal.aborted) setState({ kind: "refused", sentence: sentenceOf(error) });
    }
  }

  return (
    <section
      aria-labelledby="export-title"
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b py-4"
    >
      <div className="min-w-0 flex-1 basis-40">
        <h2 id="export-title" className="text-body font-semibold text-ink">
          {t("export.title")}
        </h2>
        <p role="status" className="text-preview text-muted">
          {state.kind === "collecting" && t("export.collecting", state)}
          {state.kind === "done" && t("export.done")}
          {state.kind === "idle" && t("export.text")}
        </p>
        <p role="alert" className="text-preview font-medium text-danger empty:hidden">
          {state.kind === "refused" && state.sentence}
        </p>
      </div>
      <Button
        variant="quiet"
        className="border border-line"
        disabled={state.kind === "collecting"}
        onClick={() => void collect()}
      >
        {t("export.start")}
      </Button>
    </section>
  );
}

function saveFile(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "parley-data.json";
  link.click();
  URL.revokeObjectURL(url);
}
