import { readTable } from "../data/read-table.ts";
import { UsageError } from "../errors.ts";
import { fitTable } from "../model/fit.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import { flagOf } from "./command-options.ts";
import { readingOf, requireData, requireTarget } from "./table-command.ts";
import type { FitData } from "./train.ts";
import { showColumns } from "./train-view.ts";

/** Fits a model to columns of a table. */
export const trainTable: FitData = async (given, options, fitOptions, talk) => {
  const data = requireData(given);
  refusePictureOptions(options);
  const { missing, dates, categories, ignore } = options;
  const targets = requireTarget(options.targets, data);
  const table = await readTable(data, readingOf(options));
  const columns = { missing, dates, categories, ignore };
  const asked = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  const fit = await fitTable(table, {
    ...fitOptions,
    ...asked,
    targets,
    onColumns: (notes, encoder) => showColumns(talk, table, notes, encoder),
  });
  return {
    model: fit.model,
    targets,
    reportData: async () => (await import("./report-points.ts")).tableReportData(table, fit),
  };
};

/** Options of pictures. An option without effect would seem to have one. */
const pictureOptions = [
  ...(["fileColumn", "badImages", "imageCache"] as const),
  ...(["imageSize", "channels", "imageFit", "augment"] as const),
];

function refusePictureOptions(options: CommandOptions): void {
  const name = pictureOptions.find((option) => options[option] !== undefined);
  if (name !== undefined)
    throw new UsageError(
      `${flagOf(name)}: is for pictures; give --images and their folder or array, or leave it out`,
    );
}
