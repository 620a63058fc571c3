const SIDE_PX = 512;
const QUALITY = 0.85;

/**
 * Draws the middle of a picture on a small square, so that little is sent and nothing of what a camera
 * has written into the file, such as where it was taken, leaves the device.
 *
 * @returns Base64; null when the browser knows no such picture.
 */
export async function drawSquare(file: Blob): Promise<string | null> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return null;
  const side = Math.min(picture.width, picture.height);
  const size = Math.min(side, SIDE_PX);
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const left = (picture.width - side) / 2;
  const top = (picture.height - side) / 2;
  canvas.getContext("2d")?.drawImage(picture, left, top, side, side, 0, 0, size, size);
  picture.close();
  // A browser that cannot write WebP gives PNG instead.
  const url = canvas.toDataURL("image/webp", QUALITY);
  return url.slice(url.indexOf(",") + 1);
}
