import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

/** A group of examples under one heading. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-4">
      <h3 className="border-b border-line pb-1 text-preview font-title text-muted">{title}</h3>
      {children}
    </section>
  );
}

/** One thing in one state, with what it shows in words. */
export function Example(props: { label: string; className?: string; children: ReactNode }) {
  return (
    <figure className="grid min-w-0 gap-1.5">
      <figcaption className="text-caption text-muted">{props.label}</figcaption>
      <div className={cn("min-w-0", props.className)}>{props.children}</div>
    </figure>
  );
}
