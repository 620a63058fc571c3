"use client";

import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";
import type { ServiceOutcome } from "./service-request";
import { useIsHydrated } from "./use-is-hydrated";

export type FieldProblem = { field: string | null; sentence: string };

export type ServiceFormProps<Next> = {
  submitLabel: string;
  pendingLabel: string;
  submitVariant?: ButtonProps["variant"];
  /** The first thing wrong with what was entered, before anybody is asked. */
  check?: (data: FormData) => FieldProblem | null;
  onSubmit: (data: FormData) => Promise<ServiceOutcome<Next>>;
  /** Called when the service has agreed. `stays` releases the form again; else a page is on its way. */
  onDone: (next: Next) => "stays" | "leaves";
  /** The fields, given which of them was refused. */
  children: (wrongField: string | null) => ReactNode;
};

/**
 * A form that asks the identity service: checks, asks once, and says what went wrong. Fields are
 * uncontrolled, so that they keep what was typed through a refusal, and before the page's code has
 * arrived.
 */
export function ServiceForm<Next>(props: ServiceFormProps<Next>) {
  const { submitLabel, pendingLabel, submitVariant, check, onSubmit, onDone, children } = props;
  const [problem, setProblem] = useState<FieldProblem | null>(null);
  const [isPending, setIsPending] = useState(false);
  const isReady = useIsHydrated();
  // State arrives a render later; a second press within that time must not ask again.
  const isAsking = useRef(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isAsking.current) return;
    const form = event.currentTarget;
    const data = new FormData(form);
    const found = check?.(data) ?? null;
    setProblem(found);
    if (found) {
      focusField(form, found.field);
      return;
    }
    isAsking.current = true;
    setIsPending(true);
    const outcome = await onSubmit(data);
    if (outcome.ok && onDone(outcome.next) === "leaves") return;
    isAsking.current = false;
    setIsPending(false);
    if (outcome.ok) return;
    const field = outcome.field ?? null;
    setProblem({ field, sentence: outcome.sentence });
    focusField(form, field);
  }

  return (
    // Without code the browser would send the form itself: by POST, never with a password in a URL.
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
      {children(problem?.field ?? null)}
      <div role="alert" className="empty:hidden">
        {problem && (
          <p className="rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {problem.sentence}
          </p>
        )}
      </div>
      <Button
        type="submit"
        variant={submitVariant ?? "primary"}
        wide
        disabled={!isReady || isPending}
        aria-busy={isPending}
      >
        {isPending ? pendingLabel : submitLabel}
      </Button>
    </form>
  );
}

/** What a field holds, as text. */
export function readField(data: FormData, name: string): string {
  return String(data.get(name) ?? "");
}

function focusField(form: HTMLFormElement, field: string | null): void {
  const input = field === null ? null : form.elements.namedItem(field);
  if (input instanceof HTMLInputElement) input.focus();
}
