import Link from "next/link";
import type { ReactNode } from "react";
import { t } from "@/features/language/t";
import { HOME_PATH } from "./safe-redirect";

const OTHERS = {
  "sign-in": { question: "entrance.haveAccount", label: "entrance.signIn", path: "/sign-in" },
  "sign-up": { question: "entrance.new", label: "entrance.signUp", path: "/sign-up" },
} as const;

/** The calm page around a sign-in or sign-up form: the mark, one question, a way to the other page. */
export function SignFrame({
  title,
  other,
  redirectTo,
  children,
}: {
  title: string;
  other: keyof typeof OTHERS;
  redirectTo: string;
  children: ReactNode;
}) {
  const { question, label, path } = OTHERS[other];
  const query = redirectTo === HOME_PATH ? "" : `?redirect=${encodeURIComponent(redirectTo)}`;
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 px-4 py-10">
      <header className="flex w-full max-w-sm flex-col items-center gap-4 text-center">
        <ParleyMark />
        <div className="flex flex-col gap-1">
          <h1 className="text-screen font-[650] tracking-tight text-ink">{title}</h1>
          <p className="text-preview text-muted">{t("entrance.motto")}</p>
        </div>
      </header>
      <section className="flex w-full max-w-sm flex-col gap-4 rounded-[18px] border border-line bg-surface p-5 sm:p-6">
        {children}
      </section>
      <p className="text-preview text-muted">
        {t(question)}{" "}
        <Link
          href={`${path}${query}`}
          className="inline-flex min-h-10 items-center px-1 font-semibold text-accent hover:underline"
        >
          {t(label)}
        </Link>
      </p>
    </main>
  );
}

function ParleyMark() {
  return (
    <span className="grid size-12 place-items-center rounded-2xl bg-accent text-on-accent">
      <svg
        aria-hidden="true"
        viewBox="0 0 24 24"
        className="size-6.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M20 11.5a7.5 7.5 0 0 1-10.9 6.7L4.5 19.5l1.3-4.2A7.5 7.5 0 1 1 20 11.5Z" />
      </svg>
    </span>
  );
}
