"use client";

import { MessageCircle } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { PanelError } from "../connection/panel-error";
import { LogSkeleton } from "../messages/log-skeleton";
import { SelectionBar } from "../messages/selection-bar";
import { UndoBar } from "../messages/undo-bar";
import { BrandMark } from "../navigation/brand-mark";
import { Example, Group } from "./example";

const nothing = () => undefined;

/** What stands where something is missing, loading, wrong, or done. */
export function PanelExamples() {
  return (
    <Group title="Panels">
      <Example label="the mark">
        <BrandMark className="size-12" />
      </Example>
      <Example label="nothing here, with one thing to do about it">
        <Notice
          icon={<MessageCircle size={26} strokeWidth={1.8} aria-hidden="true" />}
          title="No chats yet"
          text="Find somebody and say hello."
          action={<Button>Find people</Button>}
        />
      </Example>
      <Example label="something went wrong">
        <PanelError error={new Error("gallery")} onRetry={nothing} />
      </Example>
      <Example label="a list is loading">
        <RowSkeleton label="Loading" rows={3} />
      </Example>
      <Example label="a chat is loading" className="h-64 overflow-hidden">
        <LogSkeleton />
      </Example>
      <Example label="selecting">
        <SelectionBar count={3} canDelete onCopy={nothing} onDelete={nothing} onEnd={nothing} />
        <SelectionBar
          count={1}
          canDelete={false}
          onCopy={nothing}
          onDelete={nothing}
          onEnd={nothing}
        />
      </Example>
      <Example label="deleted, and can be taken back" className="relative mt-12">
        <UndoBar count={2} />
      </Example>
    </Group>
  );
}
