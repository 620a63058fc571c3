import type { Metadata } from "next";
import { GalleryScreen } from "@/features/gallery/gallery-screen";

export const metadata: Metadata = { title: "Gallery · Parley", robots: { index: false } };

export default function GalleryPage() {
  return <GalleryScreen />;
}
