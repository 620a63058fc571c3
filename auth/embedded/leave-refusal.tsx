"use client";

import { X } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import { t } from "@/features/language/t";

/** Says over the page that signing out did not work, because then one is still signed in. */
export function LeaveRefusal({ sentence, onClose }: { sentence: string; onClose: () => void }) {
  return (
    <div
      role="alert"
      className="fixed inset-x-4 top-4 z-50 mx-auto flex max-w-md animate-appear items-center gap-3 rounded-2xl bg-raised py-2 ps-4 pe-2 shadow-float"
    >
      <p className="flex-1 text-preview font-medium text-danger">{sentence}</p>
      <IconButton label={t("close")} onClick={onClose}>
        <X size={18} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
