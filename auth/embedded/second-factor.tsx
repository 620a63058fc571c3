"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
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
        submitLabel={t("entrance.second.submit")}
        pendingLabel={t("entrance.second.pending")}
        check={(data) =>
          readField(data, "code").trim() === ""
            ? {
                field: "code",
                sentence: t(
                  isCode ? "entrance.second.codeMissing" : "entrance.second.recoveryMissing",
                ),
              }
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
              label={t("entrance.second.code")}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              hint={t("entrance.second.codeHint")}
              maxLength={8}
              autoFocus
              dir="ltr"
            />
          ) : (
            <TextField
              label={t("entrance.second.recovery")}
              name="code"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              hint={t("entrance.second.recoveryHint")}
              maxLength={40}
              autoFocus
              dir="ltr"
            />
          )
        }
      </ServiceForm>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="quiet" onClick={onBack}>
          {t("chat.back")}
        </Button>
        <Button variant="quiet" onClick={() => setKind(isCode ? "recovery-code" : "code")}>
          {t(isCode ? "entrance.second.useRecovery" : "entrance.second.useCode")}
        </Button>
      </div>
    </>
  );
}
