import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { type Credentials, findCredentialProblem, PASSWORD_LENGTH_MIN } from "./credentials";
import type { FieldProblem } from "./service-form";
import { readField } from "./service-form";

type FieldProps = { isWrong?: boolean };

export function EmailField({
  isWrong,
  label = t("entrance.email"),
}: FieldProps & { label?: string }) {
  return (
    <TextField
      label={label}
      name="email"
      type="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
      aria-invalid={isWrong || undefined}
    />
  );
}

export function PasswordField({ isWrong }: FieldProps) {
  return (
    <TextField
      label={t("entrance.password")}
      name="password"
      type="password"
      autoComplete="current-password"
      required
      aria-invalid={isWrong || undefined}
    />
  );
}

export function NewPasswordField({
  isWrong,
  label = t("entrance.password"),
}: FieldProps & { label?: string }) {
  return (
    <TextField
      label={label}
      name="password"
      type="password"
      autoComplete="new-password"
      hint={t("entrance.passwordHint", { min: PASSWORD_LENGTH_MIN })}
      required
      aria-invalid={isWrong || undefined}
    />
  );
}

export function readCredentials(data: FormData): Credentials {
  const [name, email, password] = ["name", "email", "password"].map((field) =>
    readField(data, field),
  ) as [string, string, string];
  return { name, email, password };
}

/** The rules of `credentials.ts` for a form of these fields. */
export function checkCredentials(purpose: "sign-in" | "sign-up") {
  return (data: FormData): FieldProblem | null =>
    findCredentialProblem(purpose, readCredentials(data));
}
