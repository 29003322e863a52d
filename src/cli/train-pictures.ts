import type { ImageShape } from "../data/images/image-shape.ts";
import { readTable } from "../data/read-table.ts";
import { fitPictures } from "../model/fit-pictures.ts";
import { flagOf } from "./command-options.ts";
import { plural } from "./plain-number.ts";
import { readingOptions } from "./read-pictures.ts";
import type { Trainer } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";
import { UsageError } from "./usage-error.ts";

/** Fits a model to pictures. */
export const trainPictures: Trainer = async (data, options, fitOptions, talk) => {
  refuseTableOptions(options);
  const { header, target, augment, imageFit } = options;
  const table =
    data === undefined ? undefined : await readTable(data, header === undefined ? {} : { header });
  const fit = await fitPictures(
    {
      ...readingOptions(options, talk),
      table,
      targets: target,
      shape: shapeOf(options),
      ...(imageFit ? { fit: imageFit } : {}),
      ...(augment ? { augment } : {}),
      onPictures: ({ notes, files }, set) => {
        talk.clear();
        talk.line(`${options.images}: ${plural(files.length, "picture")}`, "bold");
        for (const note of [...notes, ...set.notes]) talk.line(`  ${note}`);
      },
    },
    fitOptions,
  );
  const targets = fit.model.header.encoder.targets.map(({ column }) => column);
  return {
    model: fit.model,
    targets,
    reportData: async () =>
      (await import("./report-points.ts")).pictureReportData(fit, String(options.images)),
  };
};

/** What was asked for. */
function shapeOf({ imageSize, channels }: TrainOptions): Partial<ImageShape> {
  return {
    ...(imageSize ? { height: imageSize[0], width: imageSize[1] } : {}),
    ...(channels === undefined ? {} : { channels }),
  };
}

/** Options of columns of numbers. An option without effect would seem to have one. */
const tableOptions = ["missing", "dates", "categories", "ignore"] as const;

function refuseTableOptions(options: TrainOptions): void {
  const name = tableOptions.find((option) => options[option] !== undefined);
  if (name !== undefined)
    throw new UsageError(
      `${flagOf(name)}: is for columns of a table, and of a table of pictures only the target is read; leave it out`,
    );
}
