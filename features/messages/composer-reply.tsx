import { Reply, X } from "lucide-react";
import type { CSSProperties } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { hueOf } from "@/components/ui/initials";
import { t } from "../language/t";
import type { QuotedMessage } from "../outbox/quoted-message";

export type ComposerReplyProps = {
  quoted: QuotedMessage;
  authorName: string;
  onEnd: () => void;
};

/** Above the field: what the message being written answers. */
export function ComposerReply({ quoted, authorName, onEnd }: ComposerReplyProps) {
  return (
    <section
      aria-label={t("composer.replyTo", { name: authorName })}
      className="mb-1.5 flex items-center gap-2.5 rounded-xl bg-accent-soft ps-3.5 text-meta"
    >
      <Reply size={17} aria-hidden="true" className="shrink-0 text-accent rtl:-scale-x-100" />
      <div
        className="min-w-0 flex-1 border-s-[3px] border-accent py-1 ps-2.5 leading-snug my-1.5"
        style={{ "--person-hue": hueOf(quoted.senderId) } as CSSProperties}
      >
        <p className="person-name truncate font-semibold">
          <bdi>{authorName}</bdi>
        </p>
        <p className="truncate text-muted">
          <bdi>{quoted.content}</bdi>
        </p>
      </div>
      <IconButton label={t("composer.cancelReply")} onClick={onEnd}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </section>
  );
}
