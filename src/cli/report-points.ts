import { basename } from "node:path";
import { encodePng } from "../data/images/encode-png.ts";
import { isPictureArray } from "../data/images/picture-array.ts";
import type { Table } from "../data/table.ts";
import type { TableFit } from "../model/fit.ts";
import type { PictureFit } from "../model/fit-pictures.ts";
import type { PictureError } from "../model/worst-pictures.ts";
import { parts, type ReportData, type ShownPicture, type TargetPoints } from "../report/report-data.ts";

/** What the report of a fit to a table shows. */
export function tableReportData(table: Table, fit: TableFit): ReportData {
  const { model, split, rows, actual, predicted, notes } = fit;
  const targets = model.header.encoder.targets.map(({ column }) => column);
  return {
    title: `${targets.join(", ")} from ${basename(table.name)}`,
    report: model.report,
    notes,
    points: pointsOf(targets, partsOf(split, Array.from(rows)), actual, predicted),
  };
}

/** What the report of a fit to pictures shows. */
export async function pictureReportData(fit: PictureFit, images: string): Promise<ReportData> {
  const { model, labels, split, rows, actual, predicted } = fit;
  const targets = model.header.encoder.targets.map(({ column }) => column);
  const fileOf = (row: number) => (isPictureArray(images) ? `picture ${row}` : labels.files[row]!);
  return {
    title: `${targets.join(", ")} from the pictures in ${basename(images)}`,
    report: model.report,
    notes: labels.notes.map((note) => ({ column: "(pictures)", choice: note, why: "" })),
    points: pointsOf(targets, partsOf(split, Array.from(rows)), actual, predicted),
    pictures: await Promise.all(fit.worst.map((error) => shownPicture(error, targets, fileOf))),
  };
}

async function shownPicture(
  { row, target, picture, part, actual, predicted }: PictureError,
  targets: readonly string[],
  fileOf: (row: number) => string,
): Promise<ShownPicture> {
  const png = Buffer.from(await encodePng(picture)).toString("base64");
  return {
    file: fileOf(row),
    part,
    target: targets[target]!,
    actual,
    predicted,
    address: `data:image/png;base64,${png}`,
    height: picture.height,
    width: picture.width,
  };
}

type Parts = TargetPoints["parts"];

function partsOf(split: TableFit["split"], rows: readonly number[]): Parts {
  const partOf = new Map(parts.flatMap((part) => Array.from(split[part], (row) => [row, part] as const)));
  return rows.map((row) => partOf.get(row)!);
}

function pointsOf(
  targets: readonly string[],
  of: Parts,
  actual: Float64Array,
  predicted: Float64Array,
): readonly TargetPoints[] {
  const width = targets.length;
  const column = (values: Float64Array, k: number) => values.filter((_, i) => i % width === k);
  return targets.map((target, k) => ({
    target,
    actual: column(actual, k),
    predicted: column(predicted, k),
    parts: of,
  }));
}
