"use client";

import { type CSSProperties, memo, type ReactNode, useState } from "react";
import { cn } from "@/lib/cn";
import { hueOf, initialsOf } from "./initials";

const SIZES = {
  xs: "size-6 text-[10px]",
  sm: "size-8 text-caption",
  md: "size-10 text-preview",
  lg: "size-12 text-title",
  xl: "size-16 text-screen",
};

export type AvatarProps = {
  /** Who or what it stands for; decides the colour. */
  id: string;
  name: string;
  imageUrl?: string | null;
  size?: keyof typeof SIZES;
  /** A mark on the lower end corner, such as a presence dot. */
  children?: ReactNode;
  className?: string;
};

/**
 * A person's or group's picture, or their initials on their colour. Decorative: the name always
 * stands beside it as text, so assistive technology is not told twice.
 */
export const Avatar = memo(function Avatar(props: AvatarProps) {
  const { id, name, imageUrl, size = "lg", children, className } = props;
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  const hue = { "--person-hue": hueOf(id) } as CSSProperties;
  const hasPicture = Boolean(imageUrl) && imageUrl !== brokenUrl;
  return (
    <span aria-hidden="true" className={cn("relative inline-block shrink-0", className)}>
      <span
        style={hue}
        className={cn(
          "person-chip grid place-items-center overflow-hidden rounded-full font-semibold select-none",
          SIZES[size],
        )}
      >
        {hasPicture ? (
          // biome-ignore lint/performance/noImgElement: any host may serve it; no optimiser is in between.
          <img
            src={imageUrl ?? undefined}
            alt=""
            className="size-full object-cover"
            loading="lazy"
            referrerPolicy="no-referrer"
            onError={() => setBrokenUrl(imageUrl ?? null)}
          />
        ) : (
          initialsOf(name)
        )}
      </span>
      {children}
    </span>
  );
});
