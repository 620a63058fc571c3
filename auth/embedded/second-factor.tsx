"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { confirmSecondFactor } from "./service-client";
import { readField, ServiceForm } from "./service-form";

/** Asks for the code of the authenticator, or for a recovery code when the authenticator is gone. */
export function SecondFactor({ onDone, onBack }: { onDone: () => void; onBack: () => void }) {
  const [kind, setKind] = useState<"code" | "recovery-code">("code");
  const isCode = kind === "code";
  return (
    <>
      <ServiceForm
        // A form of its own for each kind, so that a wrong code is not said of the other.
        key={kind}
        submitLabel="Continue"
        pendingLabel="Checking…"
        check={(data) =>
          readField(data, "code").trim() === ""
            ? { field: "code", sentence: isCode ? "Enter the code." : "Enter a recovery code." }
            : null
        }
        onSubmit={(data) => confirmSecondFactor(kind, readField(data, "code").trim())}
        onDone={() => {
          onDone();
          return "leaves";
        }}
      >
        {() =>
          isCode ? (
            <TextField
              label="Code"
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              hint="The six digits that your authenticator app shows."
              maxLength={8}
              autoFocus
              dir="ltr"
            />
          ) : (
            <TextField
              label="Recovery code"
              name="code"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              hint="One of those you were given; each works once."
              maxLength={40}
              autoFocus
              dir="ltr"
            />
          )
        }
      </ServiceForm>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="quiet" onClick={onBack}>
          Back
        </Button>
        <Button variant="quiet" onClick={() => setKind(isCode ? "recovery-code" : "code")}>
          {isCode ? "Use a recovery code" : "Use the app's code"}
        </Button>
      </div>
    </>
  );
}
