import type { ReactNode } from "react";

export type NoticeProps = {
  icon?: ReactNode;
  title: string;
  text?: string;
  /** At most one thing to do about it. */
  action?: ReactNode;
};

/** A calm sentence in the middle of an otherwise empty panel. */
export function Notice({ icon, title, text, action }: NoticeProps) {
  return (
    <div className="grid h-full min-h-48 place-content-center justify-items-center gap-1.5 px-6 py-10 text-center">
      {icon && (
        <span className="mb-3 grid size-14 place-items-center rounded-[20px] bg-accent-soft text-accent">
          {icon}
        </span>
      )}
      <p className="text-title font-semibold text-ink">{title}</p>
      {text && <p className="max-w-72 text-preview text-pretty text-muted">{text}</p>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}
