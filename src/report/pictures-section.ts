import { formatNumber } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { partTitles, type ReportData, type ShownPicture } from "./report-data.ts";

/** Longer side of a picture in the page, in pixels of the page. */
const longestSide = 160;

/** Shows the pictures with the largest errors. */
export function picturesSection({ pictures = [], points }: ReportData): Markup {
  const [first] = pictures;
  if (!first) return nothing;
  const part = partTitles[first.part].toLowerCase();
  return html`<section>
<h2>Pictures with the largest errors</h2>
<div class="pictures">${pictures.map((picture) => card(picture, points.length > 1))}</div>
<p class="soft">Of the ${part} rows, the largest error first${points.length > 1 ? ": of the targets of a picture the one that is furthest off, in standard deviations" : ""}. In the size that the network sees, or smaller.</p>
</section>`;
}

function card(
  { file, target, actual, predicted, address, height, width }: ShownPicture,
  namesTarget: boolean,
): Markup {
  const scale = longestSide / Math.max(height, width);
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(scale * side)));
  return html`<figure><img src="${address}" alt="" width="${w!}" height="${h!}">
<figcaption><p class="file">${file}</p>
<dl>${namesTarget ? html`<dt>target</dt><dd>${target}</dd>` : null}<dt>actual</dt><dd>${formatNumber(actual)}</dd><dt>predicted</dt><dd>${formatNumber(predicted)}</dd></dl></figcaption></figure>
`;
}
