import type { DType } from "../kernels/kernels.ts";
import { fitDefaults } from "../model/options.ts";
import { networkNames } from "../network/architectures.ts";
import { type OptionTable, option } from "./command-options.ts";
import {
  parseChoice,
  parseFlag,
  parseNumber,
  parsePath,
  parsePictureSize,
  wholeNumber,
} from "./parse-value.ts";
import { trainOptions } from "./train-options.ts";

const count = parseNumber(wholeNumber(1));

/** The values of all options of `explain`, read. */
interface ExplainValues {
  /** [height, width]. */
  readonly imageSize: readonly [number, number];
  readonly channels: number;
  readonly outputs: number;
  readonly batchSize: number;
  readonly memory: number;
  readonly dtype: DType;
  readonly write: string;
  readonly json: boolean;
}

/** Options of `explain` that were given, read. */
export type ExplainFlags = Partial<ExplainValues>;

/** What is explained where nothing else is asked for. */
export const explainDefaults: Readonly<
  Pick<ExplainValues, "imageSize" | "channels" | "outputs" | "batchSize">
> = Object.freeze({ imageSize: [32, 32] as const, channels: 3, outputs: 1, batchSize: 64 });

const { imageSize, channels, outputs, batchSize } = explainDefaults;

/** The options of `explain`. */
export const explainOptions: OptionTable<ExplainValues> = {
  imageSize: option(
    "--image-size <size>",
    `of the pictures that a named network is for, height x width (default: ${imageSize.join("x")})`,
    parsePictureSize,
  ),
  channels: option("--channels <count>", `of these pictures (default: ${channels})`, count),
  outputs: option("--outputs <count>", `of a named network (default: ${outputs})`, count),
  batchSize: option("--batch-size <rows>", `examples in a batch (default: ${batchSize})`, count),
  memory: trainOptions.memory,
  dtype: option(
    "--dtype <name>",
    `float32 or float64 (default: a model's own, else ${fitDefaults.dtype})`,
    parseChoice<DType>(["float32", "float64"]),
  ),
  write: option("--write <file>", "writes the network as JSON, to be edited", parsePath),
  json: option("--json", "a line of JSON for each layer, and one for the network", parseFlag),
};

/** What `explain` takes. */
export const explainArgument: string = `a model, a network as JSON, or ${networkNames.join(", ")}`;
