import { Clock, TriangleAlert } from "lucide-react";
import { t } from "../language/t";
import type { Delivery } from "./chat-message";

/** How far an own message has come: a clock, one tick, two once somebody else has read it. */
export function MessageTicks({ delivery, isRead }: { delivery: Delivery; isRead: boolean }) {
  switch (delivery.kind) {
    case "sending":
      return (
        <span role="img" aria-label={t("tick.sending")} className="inline-flex">
          <Clock size={12} aria-hidden="true" />
        </span>
      );
    case "failed":
      return (
        <span role="img" aria-label={t("tick.failed")} className="inline-flex text-danger">
          <TriangleAlert size={13} aria-hidden="true" />
        </span>
      );
    case "stored":
      return (
        <span
          role="img"
          aria-label={isRead ? t("tick.read") : t("tick.sent")}
          className="inline-flex text-accent-strong"
        >
          <svg
            aria-hidden="true"
            width="17"
            height="11"
            viewBox="0 0 20 12"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.8"
            strokeLinecap="round"
            strokeLinejoin="round"
          >
            <path
              d={
                isRead
                  ? "m1.500 6.500 3.500 3.500L12 2.500M9 9.300l.7.700L16.700 2.500"
                  : "m5 6.500 3.500 3.500L15.500 2.500"
              }
            />
          </svg>
        </span>
      );
  }
  return delivery satisfies never;
}
