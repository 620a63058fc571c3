/** Loads the part of the animation library that moves things, after the first paint. */
export async function loadMotionFeatures() {
  return (await import("./motion-features")).domAnimation;
}
