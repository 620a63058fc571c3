"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DialogFrame } from "@/components/ui/dialog-frame";
import { Group } from "./example";

/** Both open over the whole page, and so in the theme of the page. */
export function DialogExamples() {
  const [open, setOpen] = useState<"frame" | "confirm" | null>(null);
  const close = () => setOpen(null);
  return (
    <Group title="Dialogs">
      <div className="flex gap-2">
        <Button variant="quiet" onClick={() => setOpen("frame")}>
          Open a dialog
        </Button>
        <Button variant="quiet" onClick={() => setOpen("confirm")}>
          Ask before deleting
        </Button>
      </div>
      {open === "frame" && (
        <DialogFrame title="New group" closeLabel="Close" onClose={close}>
          <p className="px-5 pb-5 text-muted">What it is about stands here.</p>
        </DialogFrame>
      )}
      {open === "confirm" && (
        <ConfirmDialog
          title="Delete this message?"
          text="Nobody will be able to read it any more."
          confirm="Delete"
          cancel="Cancel"
          onCancel={close}
          onConfirm={close}
        />
      )}
    </Group>
  );
}
