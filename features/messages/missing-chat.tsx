"use client";

import { MessageCircleOff } from "lucide-react";
import { useIdentity } from "@/auth/use-identity";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { copyText } from "@/lib/copy-text";
import { t } from "../language/t";
import { closeConversation } from "../navigation/open-conversation";
import { useOutbox } from "../outbox/use-outbox";
import { useDrafts } from "./use-draft";

/**
 * Instead of a chat that is not there for the viewer, be it unknown or one they were removed from.
 * What they have written there and could not send is shown still, to be taken elsewhere.
 */
export function MissingChat({ conversationId }: { conversationId: string }) {
  return (
    <div className="grid h-full grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)_auto]">
      <Notice
        icon={<MessageCircleOff size={26} strokeWidth={1.8} aria-hidden="true" />}
        title={t("chat.missing.title")}
        text={t("chat.missing.text")}
        action={<Button onClick={closeConversation}>{t("chat.missing.action")}</Button>}
      />
      <Unsent conversationId={conversationId} />
    </div>
  );
}

function Unsent({ conversationId }: { conversationId: string }) {
  const owner = useIdentity().userId ?? "";
  const outbox = useOutbox();
  const drafts = useDrafts();
  const items = outbox.of(conversationId).filter(({ state }) => state.kind !== "sent");
  const draft = drafts.read(owner, conversationId);
  if (items.length === 0 && draft === "") return null;
  const discardDraft = () => {
    drafts.write(owner, conversationId, "");
    drafts.writeCaret(owner, conversationId, null);
    drafts.writeReply(owner, conversationId, null);
  };
  return (
    <section
      aria-label={t("chat.missing.unsent")}
      className="max-h-[50dvh] overflow-y-auto border-t border-line px-5 py-4"
    >
      <h2 className="text-preview font-semibold text-ink">{t("chat.missing.unsent")}</h2>
      <ul>
        {items.map(({ clientMessageId, content }) => (
          <UnsentText
            key={clientMessageId}
            text={content}
            onDiscard={() => outbox.remove(clientMessageId)}
          />
        ))}
        {draft !== "" && (
          <UnsentText label={t("list.draft")} text={draft} onDiscard={discardDraft} />
        )}
      </ul>
    </section>
  );
}

type UnsentTextProps = { label?: string; text: string; onDiscard: () => void };

function UnsentText({ label, text, onDiscard }: UnsentTextProps) {
  return (
    <li className="mt-2 rounded-xl border border-line bg-surface px-3.5 py-2">
      {label && <p className="text-meta text-muted">{label}</p>}
      <p dir="auto" className="wrap-anywhere whitespace-pre-wrap text-body text-ink">
        {text}
      </p>
      <div className="flex flex-wrap justify-end">
        <Button variant="quiet" className="text-meta" onClick={() => copyText(text)}>
          {t("message.copy")}
        </Button>
        <Button variant="quiet" className="text-meta" onClick={onDiscard}>
          {t("message.discard")}
        </Button>
      </div>
    </li>
  );
}
