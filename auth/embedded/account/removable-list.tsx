"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import type { ServiceOutcome } from "../service-request";

export type RemovableItem = {
  id: string;
  name: string;
  note: ReactNode;
  /** Null for what cannot be taken away here. */
  removeLabel: string | null;
};

/** Things of an account, each with a way to be rid of it. */
export function RemovableList(props: {
  label: string;
  items: RemovableItem[];
  onRemove: (id: string) => Promise<ServiceOutcome>;
  onRemoved: () => void;
}) {
  const [removing, setRemoving] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function remove(id: string) {
    setRemoving(id);
    setRefusal(null);
    const outcome = await props.onRemove(id);
    setRemoving(null);
    if (outcome.ok) props.onRemoved();
    else setRefusal(outcome.sentence);
  }

  return (
    <>
      <div role="alert" className="empty:hidden">
        {refusal && <p className="text-preview font-medium text-danger">{refusal}</p>}
      </div>
      <ul aria-label={props.label} className="flex flex-col">
        {props.items.map(({ id, name, note, removeLabel }) => (
          <li key={id} className="flex min-h-12 items-center gap-3 py-1.5">
            <div className="min-w-0 flex-1">
              <p className="truncate text-preview font-medium text-ink">
                <bdi>{name}</bdi>
              </p>
              <div className="text-meta text-muted">{note}</div>
            </div>
            {removeLabel && (
              <Button
                variant="quiet"
                aria-label={`${removeLabel}: ${name}`}
                disabled={removing !== null}
                onClick={() => void remove(id)}
              >
                {removeLabel}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
