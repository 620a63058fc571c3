"use client";

import { type FormEvent, type ReactNode, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { type CredentialField, type Credentials, findCredentialProblem } from "./credentials";
import type { ServiceOutcome } from "./service-client";

type Refusal = { field: CredentialField | null; sentence: string };

export type CredentialsFormProps = {
  purpose: "sign-in" | "sign-up";
  submitLabel: string;
  pendingLabel: string;
  /** The fields, given which of them was refused. */
  children: (wrongField: CredentialField | null) => ReactNode;
  onSubmit: (credentials: Credentials) => Promise<ServiceOutcome>;
  /** Called once the service has opened a session; the page is about to go. */
  onDone: () => void;
};

/**
 * The form behind both pages: checks, asks, and says what went wrong. Fields are uncontrolled, so
 * that they keep what was typed through a refusal, and before the page's code has arrived.
 */
export function CredentialsForm(props: CredentialsFormProps) {
  const { purpose, submitLabel, pendingLabel, children, onSubmit, onDone } = props;
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isPending, setIsPending] = useState(false);
  const isReady = useIsHydrated();
  // State arrives a render later; a second press within that time must not ask again.
  const isAsking = useRef(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isAsking.current) return;
    const form = event.currentTarget;
    const credentials = readCredentials(form);
    const problem = findCredentialProblem(purpose, credentials);
    setRefusal(problem);
    if (problem) {
      focusField(form, problem.field);
      return;
    }

    isAsking.current = true;
    setIsPending(true);
    const outcome = await onSubmit(credentials);
    if (outcome.ok) {
      // Stays pending: the next page is on its way.
      onDone();
      return;
    }
    isAsking.current = false;
    setIsPending(false);
    setRefusal({ field: null, sentence: outcome.sentence });
  }

  return (
    // Without code the browser would send the form itself: by POST, never with a password in a URL.
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
      {children(refusal?.field ?? null)}
      <div role="alert" className="empty:hidden">
        {refusal && (
          <p className="rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {refusal.sentence}
          </p>
        )}
      </div>
      <Button type="submit" wide disabled={!isReady || isPending} aria-busy={isPending}>
        {isPending ? pendingLabel : submitLabel}
      </Button>
    </form>
  );
}

function readCredentials(form: HTMLFormElement): Credentials {
  const data = new FormData(form);
  const read = (field: CredentialField) => String(data.get(field) ?? "");
  return { name: read("name"), email: read("email"), password: read("password") };
}

function focusField(form: HTMLFormElement, field: CredentialField): void {
  const input = form.elements.namedItem(field);
  if (input instanceof HTMLInputElement) input.focus();
}

const subscribeToNothing = () => () => undefined;

/** False until the page's code runs: a press before that would do nothing or lose what was typed. */
function useIsHydrated(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );
}
