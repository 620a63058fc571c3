import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { type FieldProblem, readField } from "../service-form";

/** Shows that it is the person who acts, and not somebody at a screen that was left open. */
export function OwnPasswordField({ isWrong, label }: { isWrong: boolean; label?: string }) {
  return (
    <TextField
      label={label ?? t("account.password.own")}
      name="ownPassword"
      type="password"
      autoComplete="current-password"
      required
      aria-invalid={isWrong || undefined}
    />
  );
}

export function checkOwnPassword(data: FormData): FieldProblem | null {
  return readField(data, "ownPassword") === ""
    ? { field: "ownPassword", sentence: t("entrance.problem.passwordMissing") }
    : null;
}
