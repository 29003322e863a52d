import type { ImageShape } from "../data/images/image-shape.ts";
import { readTable } from "../data/read-table.ts";
import { UsageError } from "../errors.ts";
import { fitPictures } from "../model/fit-pictures.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import { oneOf } from "../model/option-kinds.ts";
import { flagOf } from "./command-options.ts";
import { plural } from "./plain-text.ts";
import { readingOptions } from "./read-pictures.ts";
import { readingOf } from "./table-command.ts";
import type { FitData } from "./train.ts";

/** Fits a model to pictures. */
export const trainPictures: FitData = async (data, options, fitOptions, talk) => {
  refuseTableOptions(options);
  const { targets: asked, augment, imageFit } = options;
  const table = data === undefined ? undefined : await readTable(data, readingOf(options));
  const fit = await fitPictures(
    {
      ...readingOptions(options, talk),
      table,
      targets: asked,
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

const colours = oneOf(["1", "3"]);

/** What was asked for. */
function shapeOf({ imageSize, channels: given }: CommandOptions): Partial<ImageShape> {
  const channels =
    given === undefined ? given : (Number(colours.read(flagOf("channels"), String(given))) as 1 | 3);
  return {
    ...(imageSize ? { height: imageSize[0], width: imageSize[1] } : {}),
    ...(channels === undefined ? {} : { channels }),
  };
}

/** Options of columns of numbers. An option without effect would seem to have one. */
const tableOptions = ["missing", "dates", "categories", "ignore"] as const;

function refuseTableOptions(options: CommandOptions): void {
  const name = tableOptions.find((option) => options[option] !== undefined);
  if (name !== undefined)
    throw new UsageError(
      `${flagOf(name)}: is for columns of a table, and of a table of pictures only the target is read; leave it out`,
    );
}
