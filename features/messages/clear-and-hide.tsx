"use client";

import { Eraser, Trash2 } from "lucide-react";
import { t } from "../language/t";
import { DetailsAction } from "./details-action";

type ClearAndHideProps = { onClear: () => void; onHide: () => void };

/** What one can do for oneself about any chat. */
export function ClearAndHide({ onClear, onHide }: ClearAndHideProps) {
  return (
    <>
      <DetailsAction icon={<Eraser aria-hidden="true" />} text={t("row.clear")} onClick={onClear} />
      <DetailsAction icon={<Trash2 aria-hidden="true" />} text={t("row.hide")} onClick={onHide} />
    </>
  );
}
