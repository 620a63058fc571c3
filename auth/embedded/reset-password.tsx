"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { HOME_PATH } from "../safe-redirect";
import { SignFrame } from "../sign-frame";
import { NewPasswordField } from "./credential-fields";
import { findCredentialProblem } from "./credentials";
import { resetPassword } from "./service-client";
import { readField, ServiceForm } from "./service-form";

/** Where the link for a new password leads. */
export function ResetPassword() {
  const token = useSearchParams().get("token") ?? "";
  const [isDone, setIsDone] = useState(false);
  return (
    <SignFrame title="A new password" other="sign-in" redirectTo={HOME_PATH}>
      {isDone ? (
        <Notice
          title="Your password is changed"
          text="You are signed out everywhere else."
          action={<Button onClick={() => window.location.assign("/sign-in")}>Sign in</Button>}
        />
      ) : (
        <ServiceForm
          submitLabel="Change password"
          pendingLabel="Changing…"
          check={(data) =>
            findCredentialProblem("sign-up", {
              ...{ name: "Any", email: "any@example.org" },
              password: readField(data, "password"),
            })
          }
          onSubmit={(data) => resetPassword(token, readField(data, "password"))}
          onDone={() => {
            setIsDone(true);
            return "stays";
          }}
        >
          {(wrongField) => (
            <NewPasswordField label="New password" isWrong={wrongField === "password"} />
          )}
        </ServiceForm>
      )}
    </SignFrame>
  );
}
