// @ts-check
/** Files that the page hands over. */

const KEPT_MS = 10_000;

/** To the browser's downloads. @param {Blob} blob @param {string} name */
export function offerFile(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
