import { readTable } from "../data/read-table.ts";
import { fitPictures, pictureDefaults } from "../model/fit-pictures.ts";
import { plural } from "./plain-number.ts";
import { readingOptions } from "./read-pictures.ts";
import type { Trainer } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

/** Fits a model to pictures. */
export const trainPictures: Trainer = async (data, options, fitOptions, talk) => {
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

function shapeOf({ imageSize, channels }: TrainOptions) {
  const { shape } = pictureDefaults;
  const [height, width] = imageSize ?? [shape.height, shape.width];
  return { height, width, channels: channels ?? shape.channels };
}
