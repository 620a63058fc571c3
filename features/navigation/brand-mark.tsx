import { cn } from "@/lib/cn";

/** Parley's mark: a speech bubble on the accent. Decorative. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cn("grid place-items-center rounded-xl bg-accent text-on-accent", className)}
    >
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: hidden from assistive technology above. */}
      <svg
        viewBox="0 0 24 24"
        className="size-[56%]"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M20 11.500a7.500 7.500 0 0 1-10.900 6.700L4.500 19.500l1.300-4.200A7.500 7.500 0 1 1 20 11.500Z" />
      </svg>
    </span>
  );
}
