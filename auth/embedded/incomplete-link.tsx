import { Link2Off } from "lucide-react";
import { Notice } from "@/components/ui/notice";
import { t } from "@/features/language/t";

/** Where a link leads that was cut off: there is nothing to do with what is left of it. */
export function IncompleteLink() {
  return (
    <Notice
      icon={<Link2Off size={26} strokeWidth={1.8} aria-hidden="true" />}
      title={t("entrance.link.incomplete")}
      text={t("entrance.link.incompleteText")}
    />
  );
}
