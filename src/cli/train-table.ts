import { readTable } from "../data/read-table.ts";
import { fitTable } from "../model/fit.ts";
import { flagOf } from "./command-options.ts";
import { pictureOptions } from "./picture-options.ts";
import { requireData, requireTarget } from "./table-command.ts";
import type { Trainer } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";
import { showColumns } from "./train-view.ts";
import { UsageError } from "./usage-error.ts";

/** Fits a model to columns of a table. */
export const trainTable: Trainer = async (given, options, fitOptions, talk) => {
  const data = requireData(given);
  refusePictureOptions(options);
  const { header, missing, dates, categories, ignore } = options;
  const targets = requireTarget(options.target, data);
  const table = await readTable(data, header === undefined ? {} : { header });
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

/** An option without effect would seem to have one. */
function refusePictureOptions(options: TrainOptions): void {
  const name = Object.keys(pictureOptions).find(
    (option) => options[option as keyof TrainOptions] !== undefined,
  );
  if (name !== undefined)
    throw new UsageError(
      `${flagOf(name)}: is for pictures; give --images and their folder or array, or leave it out`,
    );
}
