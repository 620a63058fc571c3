import { t } from "../language/t";

/** Says below a section that the last change was not kept, and why. */
export function SaveRefusal({ sentence }: { sentence: string | null }) {
  return (
    <div role="alert" className="empty:hidden">
      {sentence && (
        <p className="mt-4 rounded-xl bg-danger-soft px-4 py-2.5 text-preview text-danger">
          {t("settings.saveFailed")} {sentence}
        </p>
      )}
    </div>
  );
}
